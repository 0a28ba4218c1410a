//! Text as people read it: numbers in few digits with a unit, counted things, and words that may stand in markup.

/// A way to write numbers: by size, which unit and how many decimals.
pub struct NumberStyle(&'static [Step]);

/// Numbers below a size in one unit.
struct Step {
    below: f64,
    unit: f64,
    decimals: usize,
    name: &'static str,
}

const fn step(below: f64, unit: f64, decimals: usize, name: &'static str) -> Step {
    Step { below, unit, decimals, name }
}

const MORE: f64 = f64::INFINITY;

/// About three digits, also of small numbers.
pub const SHORT: NumberStyle = NumberStyle(&[
    step(1.0, 1.0, 3, ""),
    step(10.0, 1.0, 2, ""),
    step(100.0, 1.0, 1, ""),
    step(1e4, 1.0, 0, ""),
    step(1e6, 1e3, 0, " k"),
    step(MORE, 1e6, 2, " M"),
]);

/// The end of an axis and its middle.
pub const AXIS: NumberStyle = NumberStyle(&[
    step(f64::MIN_POSITIVE, 1.0, 0, ""),
    step(1.0, 1.0, 3, ""),
    step(100.0, 1.0, 1, ""),
    step(1e4, 1.0, 0, ""),
    step(1e6, 1e3, 0, " k"),
    step(MORE, 1e6, 2, " M"),
]);

/// Something per second.
pub const RATE: NumberStyle =
    NumberStyle(&[step(1e4, 1.0, 0, ""), step(1e6, 1e3, 0, " k"), step(MORE, 1e6, 2, " M")]);

/// People, about three digits.
pub const PERSONS: NumberStyle = NumberStyle(&[
    step(999.5, 1.0, 0, ""),
    step(9_995.0, 1e3, 1, " k"),
    step(999_500.0, 1e3, 0, " k"),
    step(MORE, 1e6, 2, " M"),
]);

/// People beside a name on a map, two digits.
pub const PERSONS_ON_MAP: NumberStyle = NumberStyle(&[
    step(1e3, 1.0, 0, ""),
    step(1e6, 1e3, 0, " k"),
    step(1e7, 1e6, 1, " M"),
    step(MORE, 1e6, 0, " M"),
]);

/// Scores and what they are made of, about three digits; what is next to nothing is `0`.
pub const SCORE: NumberStyle = NumberStyle(&[
    step(0.0005, 1.0, 0, ""),
    step(0.1, 1.0, 3, ""),
    step(9.95, 1.0, 2, ""),
    step(99.5, 1.0, 1, ""),
    step(9_995.0, 1.0, 0, ""),
    step(999_500.0, 1e3, 1, " k"),
    step(MORE, 1e6, 2, " M"),
]);

/// Seconds.
pub const DURATION: NumberStyle = NumberStyle(&[
    step(9.95, 1.0, 1, " s"),
    step(119.5, 1.0, 0, " s"),
    step(7_200.0, 60.0, 0, " min"),
    step(MORE, 3_600.0, 1, " h"),
]);

/// Bytes.
pub const BYTES: NumberStyle =
    NumberStyle(&[step(1e6, 1e3, 0, " kB"), step(1e9, 1e6, 1, " MB"), step(MORE, 1e9, 1, " GB")]);

impl NumberStyle {
    /// A number in this style; `NaN` for what is none.
    #[must_use]
    pub fn of(&self, value: f64) -> String {
        let Some(step) = self.0.iter().find(|step| value.abs() < step.below) else {
            return value.to_string();
        };
        let text = format!("{:.*}{}", step.decimals, value / step.unit, step.name);
        if text == "-0" { "0".into() } else { text }
    }
}

/// A whole number with its thousands apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// So many significant digits of a number, by way of decimal text: the same bits on every platform.
#[must_use]
pub fn significant(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

/// A number of things: `1 run`, `2 runs`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// Text as it may stand in HTML and XML. What XML forbids altogether becomes a blank.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_each_style() {
        let cases: [(&NumberStyle, &[(f64, &str)]); 8] = [
            (&SHORT, &[(0.25, "0.250"), (9.0, "9.00"), (-45.67, "-45.7"), (1e6, "1.00 M")]),
            (&AXIS, &[(0.0, "0"), (0.25, "0.250"), (12_345.0, "12 k"), (47.0, "47.0")]),
            (&RATE, &[(9_999.0, "9999"), (45_600.0, "46 k"), (1_234_567.0, "1.23 M")]),
            (
                &PERSONS,
                &[
                    (0.0, "0"),
                    (812.0, "812"),
                    (4_560.0, "4.6 k"),
                    (45_600.0, "46 k"),
                    (1_234_567.0, "1.23 M"),
                ],
            ),
            (
                &PERSONS_ON_MAP,
                &[(800.0, "800"), (460_000.0, "460 k"), (12.3e6, "12 M"), (1.2e6, "1.2 M")],
            ),
            (
                &SCORE,
                &[
                    (-0.0001, "0"),
                    (0.05, "0.050"),
                    (1.234, "1.23"),
                    (-45_678.0, "-45.7 k"),
                    (2e6, "2.00 M"),
                ],
            ),
            (&DURATION, &[(0.25, "0.2 s"), (40.0, "40 s"), (600.0, "10 min"), (9_000.0, "2.5 h")]),
            (&BYTES, &[(1_500.0, "2 kB"), (202e6, "202.0 MB"), (2.5e9, "2.5 GB")]),
        ];
        for (style, cases) in cases {
            for (value, text) in cases {
                assert_eq!(style.of(*value), *text, "{value}");
            }
            assert_eq!(style.of(f64::NAN), "NaN");
        }
    }

    #[test]
    fn digits_and_counts() {
        assert_eq!([0, 999, 1_000, 12_345_678].map(grouped), ["0", "999", "1 000", "12 345 678"]);
        assert_eq!(significant(0.012_345_6, 3).to_string(), "0.0123");
        assert_eq!(significant(24_100.0, 3).to_string(), "24100");
        assert_eq!((count(1, "run"), count(0, "run")), ("1 run".into(), "0 runs".into()));
    }

    #[test]
    fn text_is_escaped() {
        let escaped = escaped("a < b & \"c\" > 'd'\n\u{1}");
        assert_eq!(escaped, "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;  ");
    }
}
