// Checks a log in a folder with nothing but golang.org/x/mod: the note's signature, then every record through tlog's own
// tile reader, which proves each tile against the signed root.
//
//	stocktools <folder of a log> <verifier key>
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int { return 8 }

// C2SP tlog-tiles leaves the height out of the path that tlog.Tile has.
func (f folder) path(tile tlog.Tile) string {
	return filepath.Join(string(f), strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		bytes, err := os.ReadFile(f.path(tile))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func check(dir, key string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	lines := strings.SplitN(signed.Text, "\n", 4)
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + strings.Join(lines[1:], "\n")))
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, folder(dir))
	for n := int64(0); n*256 < tree.N; n++ {
		width := min(256, tree.N-n*256)
		entries := tlog.Tile{H: 8, L: -1, N: n, W: int(width)}
		path := strings.Replace(folder(dir).path(entries), "tile/data/", "tile/entries/", 1)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var indexes []int64
		var leaves []tlog.Hash
		for i := int64(0); i < width; i++ {
			if len(data) < 2 {
				return fmt.Errorf("%s ends early", path)
			}
			length := int(binary.BigEndian.Uint16(data))
			if len(data) < 2+length {
				return fmt.Errorf("%s ends early", path)
			}
			leaves = append(leaves, tlog.RecordHash(data[2:2+length]))
			indexes = append(indexes, tlog.StoredHashIndex(0, n*256+i))
			data = data[2+length:]
		}
		if len(data) > 0 {
			return fmt.Errorf("%s goes on after its records", path)
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, hash := range hashes {
			if !bytes.Equal(hash[:], leaves[i][:]) {
				return fmt.Errorf("record %d is not the one that was signed", n*256+int64(i))
			}
		}
	}
	fmt.Printf("ok: %s, %d records, signed by %s\n", lines[0], tree.N, verifier.Name())
	return nil
}

func main() {
	if err := check(os.Args[1], os.Args[2]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}
