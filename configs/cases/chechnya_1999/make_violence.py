#!/usr/bin/env python3
"""violence.csv of this case from the UCDP GED events of Chechnya.

    python3 configs/cases/chechnya_1999/make_violence.py ucdp_ged_chechnya_1989_2015.csv > configs/cases/chechnya_1999/violence.csv

UCDP Georeferenced Event Dataset, events with adm_1 Chechnya, CC BY 4.0. Rules: README.md of this case.
"""
import csv
import datetime
import sys

FIRST, LAST = datetime.date(1999, 8, 1), datetime.date(2000, 2, 29)


def on_day(total, k, days):
    """Whole deaths of day k of an event of so many days, evenly spread."""
    return total * (k + 1) // days - total * k // days


def main():
    rows = []
    with open(sys.argv[1], encoding="utf-8", newline="") as f:
        for r in csv.DictReader(f):
            start, end = (datetime.date.fromisoformat(r[c]) for c in ("date_start", "date_end"))
            days = (end - start).days + 1
            for k in range(days):
                day = start + datetime.timedelta(days=k)
                everybody, civilians = (on_day(int(r[c]), k, days) for c in ("best", "deaths_civilians"))
                if FIRST <= day <= LAST and everybody:
                    whole = "; place: Chechnya as a whole" if r["where_prec"] == "4" else ""
                    spread = f"; spread over {days} days" if days > 1 else ""
                    rows.append((day.isoformat(), r["latitude"], r["longitude"], civilians, everybody, f"UCDP GED {r['id']}{whole}{spread}"))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["date", "lat", "lon", "deaths_civilians", "deaths_all", "source"])
    out.writerows(sorted(rows, key=lambda r: (r[0], r[5])))


if __name__ == "__main__":
    main()
