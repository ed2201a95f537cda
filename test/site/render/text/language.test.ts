/** The language of what was said: sure, or silent. */
/** Prompts are full of code, names and English words; those must not decide. */

import { expect, it } from 'vitest';
import { findLanguageOf } from '../../../../src/site/render/text/language.ts';

const SAID = {
  en: 'Please look at the tests and fix what is broken. The clock should not run backwards, and you can ask for more.',
  de: 'Bitte schau dir die Tests an und repariere, was kaputt ist. Die Uhr soll nicht rückwärts laufen, und wir haben noch Zeit.',
  fr: 'Regarde les tests et répare ce qui est cassé. Une horloge ne va pas dans ce sens, et nous avons des fichiers pour cela.',
  es: 'Mira las pruebas y arregla lo que está roto. El reloj no puede ir hacia atrás, pero hay más archivos para esta tarea.',
  it: 'Guarda i test e ripara quello che non va. Questa parte della logica è rotta, ma anche il resto non sono sicuro che vada per il meglio.',
  pt: 'Veja os testes e conserte o que está quebrado. Este relógio não pode andar para trás, mas você pode usar uma cópia.',
  nl: 'Kijk naar de tests en maak wat kapot is. Het is niet goed dat de klok achteruit loopt, en ik wil ook een lijst van fouten.',
  sv: 'Titta på testerna och laga det som är trasigt. Det är inte bra att klockan går bakåt, och jag vill ha en lista av fel.',
  pl: 'Popatrz na testy i napraw to, co nie działa. Zegar nie może iść do tyłu, to jest źle, ale tak jest już w kodzie.',
  ja: 'テストを見て、壊れているところを直してください。時計は逆に進んではいけません。',
  ko: '테스트를 보고 고장난 부분을 고쳐 주세요.',
  zh: '请看一下测试，修复有问题的地方。',
  ru: 'Посмотри тесты и почини то, что сломано.',
  uk: 'Подивись на тести і полагодь те, що зламано. Її треба змінити.',
  el: 'Δες τα τεστ και φτιάξε ό,τι έχει χαλάσει.',
  he: 'תסתכל על הבדיקות ותקן את מה ששבור.',
  ar: 'انظر إلى الاختبارات وأصلح ما هو معطل.',
  fa: 'به تست‌ها نگاه کن و چیزهای خراب را درست کن. گزارش بده.',
  hi: 'परीक्षण देखें और जो टूटा है उसे ठीक करें।',
  th: 'ดูการทดสอบและแก้ไขสิ่งที่เสีย',
};

it.each(Object.entries(SAID))('knows %s', (language, said) => {
  expect(findLanguageOf([said])).toBe(language);
  expect(findLanguageOf([said, '`the and is are was with this that you of to it`', 'https://the.and/is/are'])).toBe(
    language,
  );
});

it('says nothing where nothing is clear', () => {
  for (const said of ['', 'npm test', 'ENT-207', '1234 !!', 'ok', 'const x = 3; return x + y', 'go run ./cmd/entire'])
    expect(findLanguageOf([said]), said).toBeUndefined();
});
