//! Fields as CSV bytes: numbers without exponent, ISO dates, text quoted when it must be. No allocation per field.

use jiff::civil::Date;

/// Significant digits of a decimal number; digits before the point are never cut.
const SIGNIFICANT: usize = 5;

/// Powers of ten up to the most decimals, one more than the significant digits.
const POWERS: [f64; SIGNIFICANT + 2] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/// Appends a decimal number: five significant digits, at most six decimals, no exponent, no trailing zeros, no `-0`.
/// What is no finite number leaves nothing: an empty field, which every reader takes as missing.
///
/// The same value gives the same bytes everywhere: only multiplication, rounding and integers are used.
pub fn append_number(bytes: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        return;
    }
    let size = value.abs();
    if size >= 1e15 {
        // Beyond what the scaled integer holds; never met in practice, so the allocation is of no weight.
        bytes.extend_from_slice(format!("{value:.0}").as_bytes());
        return;
    }
    let mut decimals = match size {
        s if s < 0.1 => SIGNIFICANT + 1,
        s if s < 1.0 => SIGNIFICANT,
        s => SIGNIFICANT.saturating_sub(POWERS.iter().take_while(|&&power| s >= power).count()),
    };
    let mut scaled = (size * POWERS[decimals]).round() as u64;
    if scaled == 0 {
        bytes.push(b'0');
        return;
    }
    while decimals > 0 && scaled.is_multiple_of(10) {
        scaled /= 10;
        decimals -= 1;
    }
    if value < 0.0 {
        bytes.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(scaled).as_bytes();
    if decimals == 0 {
        bytes.extend_from_slice(digits);
    } else if digits.len() > decimals {
        let (whole, rest) = digits.split_at(digits.len() - decimals);
        bytes.extend_from_slice(whole);
        bytes.push(b'.');
        bytes.extend_from_slice(rest);
    } else {
        bytes.extend_from_slice(b"0.");
        bytes.extend_from_slice(&b"000000"[..decimals - digits.len()]);
        bytes.extend_from_slice(digits);
    }
}

/// Appends text, in quotes when it holds a comma, a quote or a line break.
pub fn append_text(bytes: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        bytes.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                bytes.push(b'"');
            }
            bytes.push(byte);
        }
        bytes.push(b'"');
    } else {
        bytes.extend_from_slice(text.as_bytes());
    }
}

/// Appends a date as `YYYY-MM-DD` (years 0 to 9999, which is all that a checked scenario reaches).
pub fn append_date(bytes: &mut Vec<u8>, date: Date) {
    let year = date.year().unsigned_abs();
    let (month, day) =
        (u16::from(date.month().unsigned_abs()), u16::from(date.day().unsigned_abs()));
    let digit = |n: u16| b'0' + (n % 10) as u8;
    bytes.extend_from_slice(&[
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
    ]);
}

/// Appends a whole number; nothing where there is none.
pub fn append_whole(bytes: &mut Vec<u8>, value: Option<u64>) {
    if let Some(value) = value {
        bytes.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(value: f64) -> String {
        let mut bytes = Vec::new();
        append_number(&mut bytes, value);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn numbers_are_short_decimals() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1e-9, "0"),
            (-1e-9, "0"),
            (0.5, "0.5"),
            (-0.5, "-0.5"),
            (1.0, "1"),
            (0.000_012_34, "0.000012"),
            (0.012_345_678, "0.012346"),
            (0.123_456_78, "0.12346"),
            (9.999_96, "10"),
            (0.999_999, "1"),
            (47.123_456, "47.123"),
            (123_456.7, "123457"),
            (99_999.96, "100000"),
            (1_234_567_890.2, "1234567890"),
            (1e15, "1000000000000000"),
            (-1e20, "-100000000000000000000"),
            (44.05, "44.05"),
            (99.0, "99"),
            (f64::NAN, ""),
            (f64::INFINITY, ""),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_number_comes_back_within_its_digits(value in prop_oneof![-1.0..1.0f64, -1e3..1e3f64, -1e9..1e9f64, -1e18..1e18f64]) {
            let text = number(value);
            prop_assert!(!text.contains(['e', 'E']) && text != "-0" && !text.is_empty());
            prop_assert!(!text.contains('.') || !text.ends_with('0'));
            let back: f64 = text.parse().unwrap();
            prop_assert!((back - value).abs() <= 0.500_001e-4 * value.abs() + 0.500_001e-6, "{value} as {text}");
            prop_assert_eq!(number(back), text);
        }

        #[test]
        fn text_comes_back(text in "[a-z,\"\n\r é]{0,12}", other in "[a-z,]{1,4}") {
            let mut bytes = Vec::new();
            append_text(&mut bytes, &text);
            bytes.push(b',');
            append_text(&mut bytes, &other);
            bytes.push(b'\n');
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
            let row = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(&row[0], text.as_str());
            prop_assert_eq!(&row[1], other.as_str());
        }
    }
}
