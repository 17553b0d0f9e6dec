package store

// Schema is the number of the newest script that the shop's file has been through.
func (s *Store) Schema() int { return s.opt.scripts[len(s.opt.scripts)-1].number }
