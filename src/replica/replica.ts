/** The replica's door: what of an archive may go out. */
/** Publishing fails closed: what the gate finds, or cannot look into, stays in. */

export { findBlocked, type GateOptions } from './publish/gate.ts';
