package wecom

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // the protocol's signature is SHA-1
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
)

const (
	aesKeyLength = 43
	// WeCom pads to 32 bytes, twice the block size of AES.
	padBlock = 32
	// 16 random bytes and 4 of length stand before the message.
	headerLength = 20
)

// ErrRefused is the one answer to every callback that is not WeCom's: wrong
// signature, wrong key, wrong padding, another corp. Which one it was shows
// only in the log, through the error's slog value, so that a caller learns
// nothing from trying.
var ErrRefused = errors.New("wecom: callback refused")

// refusal is ErrRefused with the cause for the log.
type refusal struct{ cause string }

// Error implements error.
func (r *refusal) Error() string { return ErrRefused.Error() }

// Is makes errors.Is(err, ErrRefused) true.
func (r *refusal) Is(target error) bool { return target == ErrRefused }

// LogValue implements slog.LogValuer.
func (r *refusal) LogValue() slog.Value { return slog.StringValue(ErrRefused.Error() + ": " + r.cause) }

// Receiver opens the callbacks of one receiver (app, customer contact or
// customer service). It is safe for concurrent use.
type Receiver struct {
	corpID  []byte
	token   []byte
	block   cipher.Block
	iv      []byte
	scratch *sync.Pool // *[]byte, for the text that is signed
}

// NewReceiver takes what the admin console shows: the corp id, the Token and
// the 43 characters of EncodingAESKey.
func NewReceiver(corpID, token, encodingAESKey string) (*Receiver, error) {
	if corpID == "" || token == "" {
		return nil, errors.New("callback receiver: the corp id and the token must be given")
	}
	if len(encodingAESKey) != aesKeyLength {
		return nil, fmt.Errorf("callback receiver: the EncodingAESKey has %d characters, it must have %d", len(encodingAESKey), aesKeyLength)
	}
	// Not strict: the last character may carry bits that no byte uses.
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil || len(key) != 32 {
		return nil, errors.New("callback receiver: the EncodingAESKey may only have letters and digits")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("callback receiver: %w", err)
	}
	return &Receiver{
		corpID: []byte(corpID), token: []byte(token), block: block, iv: key[:aes.BlockSize],
		scratch: &sync.Pool{New: func() any { return new([]byte) }},
	}, nil
}

// VerifyURL answers WeCom's check of the callback URL: the values of
// msg_signature, timestamp, nonce and echostr, URL-decoded. The plaintext must
// be written back as it is, within one second.
func (r *Receiver) VerifyURL(signature, timestamp, nonce, echo string) ([]byte, error) {
	return r.open(signature, timestamp, nonce, []byte(echo))
}

// Open verifies the signature of a callback's body and decrypts the event in
// it. The caller owns the result. Every fault is ErrRefused.
func (r *Receiver) Open(signature, timestamp, nonce string, body []byte) ([]byte, error) {
	encrypted, err := envelope(body)
	if err != nil {
		return nil, err
	}
	return r.open(signature, timestamp, nonce, encrypted)
}

// envelope finds the Encrypt element of a callback's body.
func envelope(body []byte) ([]byte, error) {
	if len(body) > maxEvent {
		return nil, &refusal{"the body is too long"}
	}
	if encrypted, ok := scanEnvelope(body); ok {
		return encrypted, nil
	}
	var w struct {
		XMLName xml.Name `xml:"xml"`
		Encrypt []byte   `xml:"Encrypt"`
	}
	if err := decodeXML(body, &w); err != nil {
		return nil, &refusal{"the body is not the envelope: " + err.Error()}
	}
	return w.Encrypt, nil
}

func scanEnvelope(body []byte) (encrypted []byte, ok bool) {
	s, ok := newFlatXML(body)
	if !ok {
		return nil, false
	}
	for {
		name, value, state := s.next()
		switch {
		case state == flatEnd:
			return encrypted, true
		case state == flatOther:
			return nil, false
		case string(name) == "Encrypt":
			encrypted = value
		}
	}
}

func (r *Receiver) open(signature, timestamp, nonce string, encrypted []byte) ([]byte, error) {
	if len(encrypted) == 0 || len(encrypted) > maxEvent {
		return nil, &refusal{"nothing encrypted, or too much"}
	}
	if !r.signed(signature, timestamp, nonce, encrypted) {
		return nil, &refusal{"the signature is wrong"}
	}
	return r.decrypt(encrypted)
}

// signed compares msg_signature, the hex SHA-1 of the sorted parts.
func (r *Receiver) signed(signature, timestamp, nonce string, encrypted []byte) bool {
	text := r.scratch.Get().(*[]byte)
	defer r.scratch.Put(text)
	*text = append(append((*text)[:0], timestamp...), nonce...)
	parts := [4][]byte{r.token, (*text)[:len(timestamp)], (*text)[len(timestamp):], encrypted}
	slices.SortFunc(parts[:], bytes.Compare)
	joined := slices.Grow(*text, len(r.token)+len(*text)+len(encrypted))
	begin := len(joined)
	for _, p := range parts {
		joined = append(joined, p...)
	}
	sum := sha1.Sum(joined[begin:]) //nolint:gosec // see the import
	*text = joined
	var want [2 * sha1.Size]byte
	hex.Encode(want[:], sum[:])
	return subtle.ConstantTimeCompare(want[:], []byte(signature)) == 1
}

func (r *Receiver) decrypt(encrypted []byte) ([]byte, error) {
	plain := make([]byte, base64.StdEncoding.DecodedLen(len(encrypted)))
	n, err := base64.StdEncoding.Decode(plain, encrypted)
	if err != nil {
		return nil, &refusal{"not base64"}
	}
	plain = plain[:n]
	if n == 0 || n%padBlock != 0 {
		return nil, &refusal{"not a whole number of blocks"}
	}
	cipher.NewCBCDecrypter(r.block, r.iv).CryptBlocks(plain, plain)
	plain, ok := unpad(plain)
	if !ok || len(plain) < headerLength {
		return nil, &refusal{"the padding is wrong"}
	}
	length := uint64(binary.BigEndian.Uint32(plain[headerLength-4:]))
	content := plain[headerLength:]
	if length > uint64(len(content)) {
		return nil, &refusal{"the length is wrong"}
	}
	if subtle.ConstantTimeCompare(content[length:], r.corpID) != 1 {
		return nil, &refusal{"it is meant for another corp"}
	}
	return content[:length:length], nil
}

// unpad takes PKCS#7 padding off, having looked at every byte of it.
func unpad(b []byte) ([]byte, bool) {
	pad := int(b[len(b)-1])
	if pad < 1 || pad > padBlock {
		return nil, false
	}
	for _, c := range b[len(b)-pad:] {
		if int(c) != pad {
			return nil, false
		}
	}
	return b[:len(b)-pad], true
}
