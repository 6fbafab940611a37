package match

import "sync"

// Index answers which account a lead belongs to. It is safe for concurrent use;
// one account more or less costs what that account costs.
type Index struct {
	mu       sync.RWMutex
	accounts map[int64]Account
}

// NewIndex returns an index of the accounts.
func NewIndex(accounts []Account) *Index {
	x := &Index{accounts: map[int64]Account{}}
	for _, a := range accounts {
		x.Put(a)
	}
	return x
}

// Put adds the account, or takes it in place of the one with its ID.
func (x *Index) Put(a Account) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.accounts[a.ID] = a
}

// Remove forgets an account.
func (x *Index) Remove(id int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.accounts, id)
}

// Len is how many accounts there are.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.accounts)
}

// Match finds the account of the lead and explains the answer.
func (x *Index) Match(lead Lead) Result {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, text := range lead.Texts {
		for id, a := range x.accounts {
			if Fold(a.Name) == Fold(text.Value) {
				return Result{Verdict: Automatic, AccountID: id, Score: 1, Source: text.Source, Text: text.Value}
			}
		}
	}
	return Result{Verdict: None}
}
