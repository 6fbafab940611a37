package sim

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // WeCom's protocol prescribes it
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const padBlock = 32

// sealer encrypts and signs what one receiver gets: AES-256-CBC with the first
// half of the key as IV over random(16) | length | message | receive id, padded
// to 32 bytes, and SHA-1 over the sorted token, timestamp, nonce and ciphertext.
type sealer struct {
	block     cipher.Block
	iv        []byte
	token     string
	receiveID string
}

func newSealer(token, aesKey, receiveID string) (*sealer, error) {
	if len(aesKey) != 43 {
		return nil, fmt.Errorf("EncodingAESKey has %d characters, not 43", len(aesKey))
	}
	// The last character may carry bits beyond the key; this decoder ignores them.
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil {
		return nil, fmt.Errorf("decode EncodingAESKey: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use EncodingAESKey: %w", err)
	}
	return &sealer{block: block, iv: key[:aes.BlockSize], token: token, receiveID: receiveID}, nil
}

// seal returns the Base64 ciphertext of msg. random must have 16 bytes.
func (s *sealer) seal(random, msg []byte) string {
	plain := make([]byte, 0, len(random)+4+len(msg)+len(s.receiveID)+padBlock)
	plain = append(plain, random...)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(msg)))
	plain = append(plain, msg...)
	plain = append(plain, s.receiveID...)
	pad := padBlock - len(plain)%padBlock
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(s.block, s.iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

func (s *sealer) sealRandomly(msg []byte) string {
	random := make([]byte, 16)
	rand.Read(random)
	return s.seal(random, msg)
}

var errNotSealed = errors.New("not a message sealed for this receiver")

// open is the inverse of seal, for the proof that both agree with WeCom.
func (s *sealer) open(encrypted string) ([]byte, error) {
	plain, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(plain) == 0 || len(plain)%padBlock != 0 {
		return nil, errNotSealed
	}
	cipher.NewCBCDecrypter(s.block, s.iv).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > padBlock || len(plain)-pad < 20 {
		return nil, errNotSealed
	}
	plain = plain[16 : len(plain)-pad]
	length := binary.BigEndian.Uint32(plain)
	plain = plain[4:]
	if uint64(length) > uint64(len(plain)) || string(plain[length:]) != s.receiveID {
		return nil, errNotSealed
	}
	return plain[:length], nil
}

// sign returns msg_signature of an encrypted text.
func (s *sealer) sign(timestamp, nonce, encrypted string) string {
	parts := []string{s.token, timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // WeCom's protocol prescribes it
	return hex.EncodeToString(sum[:])
}
