package webhook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// secretPrefix marks a secret of the Standard Webhooks specification.
const secretPrefix = "whsec_"

// secretBytes is as long as the specification recommends at least.
const secretBytes = 24

// Sign is the value of the header webhook-signature for a body sent at an instant.
func Sign(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		return "", fmt.Errorf("decode the endpoint's secret: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// vault encrypts endpoints' secrets with AES-GCM; whoever reads the database
// cannot sign in our name.
type vault struct{ seal cipher.AEAD }

func newVault(secretKey string) (vault, error) {
	key, err := hkdf.Key(sha256.New, []byte(secretKey), nil, "webhook secrets", 32)
	if err != nil {
		return vault{}, fmt.Errorf("derive the key of webhook secrets: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return vault{}, fmt.Errorf("use the key of webhook secrets: %w", err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return vault{}, fmt.Errorf("use the key of webhook secrets: %w", err)
	}
	return vault{seal}, nil
}

func (v vault) newSecret() (plain, sealed string, err error) {
	random := make([]byte, secretBytes)
	if _, err := rand.Read(random); err != nil {
		return "", "", fmt.Errorf("make a secret: %w", err)
	}
	plain = secretPrefix + base64.StdEncoding.EncodeToString(random)
	return plain, base64.StdEncoding.EncodeToString(v.seal.Seal(nil, nil, []byte(plain), nil)), nil //nolint:gosec // the cipher draws the nonce itself
}

func (v vault) open(sealed string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("decode the endpoint's secret: %w", err)
	}
	plain, err := v.seal.Open(nil, nil, raw, nil)
	if err != nil {
		return "", errors.New("the endpoint's secret was stored under another secret key: delete the endpoint and make it anew")
	}
	return string(plain), nil
}
