//! Names that a person most likely meant.

/// The candidate that a person most likely meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let word = plain(word);
    let letters = word.chars().count();
    if letters == 0 || letters > 80 {
        return None;
    }
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let other = plain(candidate);
        let shorter = letters.min(other.chars().count());
        // `max_speed` for `max_speed_km_per_day`: the start of a name is as good as a slip of the pen.
        let start = word.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        let starts_alike = start >= 3 && start * 3 >= shorter * 2;
        let is_slip = strsim::damerau_levenshtein(&word, &other) <= (letters / 3).max(1);
        let likeness = strsim::jaro_winkler(&word, &other);
        if (starts_alike || is_slip) && best.is_none_or(|(known, _)| likeness > known) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Asks whether a name was meant.
#[must_use]
pub fn question(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// The end of a sentence that refuses a word: asks for the [`nearest`] of the known names, or says nothing.
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |guess| format!("; {}", question(guess)))
}

/// The known name that a name must be a slip of: not known itself, and one letter away (two in a long name). For names that
/// need not be known, of which only an almost known one is surely wrong.
#[must_use]
pub fn slip_of<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.is_empty() || known.contains(&name) {
        return None;
    }
    let most = if name.chars().count() >= 7 { 2 } else { 1 };
    let (distance, near) =
        known.iter().map(|&known| (strsim::damerau_levenshtein(name, known), known)).min()?;
    (distance <= most).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_or_the_start_of_a_name_is_understood_and_another_word_is_not() {
        let known = ["max_speed_km_per_day", "kernel", "weights"];
        for (word, expected) in [
            ("kernle", Some("kernel")),
            ("Weights", Some("weights")),
            ("max-speed", Some("max_speed_km_per_day")),
            ("population", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
        assert_eq!(did_you_mean("kernle", known), "; did you mean `kernel`?");
        assert_eq!(did_you_mean("population", known), "");
    }

    #[test]
    fn only_an_almost_known_name_is_a_slip() {
        let known = ["Kurd", "Armenian"];
        for (name, expected) in [
            ("Kurds", Some("Kurd")),
            ("Armanain", Some("Armenian")),
            ("Kurd", None),
            ("Lezgin", None),
            ("", None),
        ] {
            assert_eq!(slip_of(name, &known), expected, "{name}");
        }
    }
}
