// Package calendar knows which days are worked in China: weekends, public
// holidays and the make-up days (调休) that no rule predicts. The holidays of
// the years that have been announced come with the binary; the corp may change
// any day. It imports only model.
package calendar

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// announced holds the days that the State Council's notices name, one line a
// day: date, off or work, holiday.
//
//go:embed cn.tsv
var announced string

// maxName bounds a day's name, in characters.
const maxName = 64

// Kind says whether a day is worked.
type Kind string

// The kinds of days.
const (
	Off  Kind = "off"
	Work Kind = "work"
)

// Days is an immutable calendar. The zero value knows weekends only.
type Days struct {
	named map[string]model.CalendarDay // by YYYY-MM-DD
	years map[int]bool
}

// Working tells whether the local day of t is worked.
func (d Days) Working(t time.Time) bool {
	if day, ok := d.named[t.Format(time.DateOnly)]; ok {
		return Kind(day.Kind) == Work
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Name is what makes the local day of t special, such as 春节; empty for others.
func (d Days) Name(t time.Time) string { return d.named[t.Format(time.DateOnly)].Name }

// HolidayKey is the machine word of an announced holiday, such as spring_festival,
// for those who do not read its name; empty for what is none.
func HolidayKey(name string) string {
	switch name {
	case "元旦":
		return "new_year"
	case "春节":
		return "spring_festival"
	case "清明节":
		return "qingming"
	case "劳动节":
		return "labour_day"
	case "端午节":
		return "dragon_boat"
	case "中秋节":
		return "mid_autumn"
	case "国庆节":
		return "national_day"
	case "国庆节、中秋节":
		return "national_day_mid_autumn"
	}
	return ""
}

// Covers tells whether the holidays of that year are known. Without them the
// year has plain weekends.
func (d Days) Covers(year int) bool { return d.years[year] }

// warnFrom is the month in which next year's holidays have been announced.
const warnFrom = time.November

// MissingYear is the first year that should be known by now and is not: this
// one, or from November on the next. 0 when all is well.
func (d Days) MissingYear(now time.Time) int {
	switch {
	case !d.Covers(now.Year()):
		return now.Year()
	case now.Month() >= warnFrom && !d.Covers(now.Year()+1):
		return now.Year() + 1
	}
	return 0
}

// Announced returns the calendar that comes with the binary.
func Announced() (Days, error) {
	rows, err := parse(announced)
	if err != nil {
		return Days{}, err
	}
	return build(rows), nil
}

func parse(text string) ([]model.CalendarDay, error) {
	var rows []model.CalendarDay
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		part := strings.Split(line, "\t")
		if len(part) != 3 {
			return nil, fmt.Errorf("calendar line %d: needs date, off or work, name", n)
		}
		day := model.CalendarDay{Day: part[0], Kind: part[1], Name: part[2]}
		if err := check(day); err != nil {
			return nil, fmt.Errorf("calendar line %d: %w", n, err)
		}
		rows = append(rows, day)
	}
	return rows, lines.Err()
}

func check(d model.CalendarDay) error {
	if _, err := time.Parse(time.DateOnly, d.Day); err != nil {
		return model.Invalid("day", "write the day as YYYY-MM-DD")
	}
	if k := Kind(d.Kind); k != Off && k != Work {
		return model.Invalid("kind", "a day is off or work")
	}
	if utf8.RuneCountInString(d.Name) > maxName {
		return model.Invalid("name", fmt.Sprintf("a name has at most %d characters", maxName))
	}
	return nil
}

// announcedDays is how many days off a year has at least once its holidays are
// known: the law of 2024 gives 13. One day that a corp has changed by itself does
// not make a year known.
const announcedDays = 13

func build(lists ...[]model.CalendarDay) Days {
	d := Days{named: map[string]model.CalendarDay{}, years: map[int]bool{}}
	for _, rows := range lists {
		for _, row := range rows {
			d.named[row.Day] = row
		}
	}
	off := map[int]int{}
	for _, row := range d.named {
		if t, err := time.Parse(time.DateOnly, row.Day); err == nil && Kind(row.Kind) == Off {
			off[t.Year()]++
			d.years[t.Year()] = off[t.Year()] >= announcedDays
		}
	}
	return d
}

// Year lists the days of a year that are not as their weekday, in order.
func (d Days) Year(year int) []model.CalendarDay {
	var out []model.CalendarDay
	for _, row := range d.named {
		if strings.HasPrefix(row.Day, strconv.Itoa(year)+"-") {
			out = append(out, row)
		}
	}
	slices.SortFunc(out, func(a, b model.CalendarDay) int { return strings.Compare(a.Day, b.Day) })
	return out
}

// Service keeps the corp's own days over the announced ones.
type Service struct {
	db      *model.DB
	shipped []model.CalendarDay
}

// New returns a service; an error means that the shipped calendar is broken.
func New(db *model.DB) (*Service, error) {
	rows, err := parse(announced)
	if err != nil {
		return nil, err
	}
	return &Service{db, rows}, nil
}

// Days returns the calendar in force.
func (s *Service) Days(ctx context.Context) (Days, error) {
	var own []model.CalendarDay
	if err := s.db.Read(ctx).Find(&own).Error; err != nil {
		return Days{}, fmt.Errorf("load the corp's calendar: %w", err)
	}
	return build(s.shipped, own), nil
}

// Set makes a day off or worked for this corp.
func (s *Service) Set(ctx context.Context, day model.CalendarDay) error {
	if err := check(day); err != nil {
		return err
	}
	day.UpdatedAt = s.db.Now(ctx)
	err := s.db.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&day).Error
	if err != nil {
		return fmt.Errorf("set calendar day %s: %w", day.Day, err)
	}
	return nil
}

// Unset gives a day back to the announced calendar.
func (s *Service) Unset(ctx context.Context, day string) error {
	if err := s.db.Conn(ctx).Delete(&model.CalendarDay{}, "day = ?", day).Error; err != nil {
		return fmt.Errorf("unset calendar day %s: %w", day, err)
	}
	return nil
}
