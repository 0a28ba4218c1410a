//! `[sensitivity]` of a study: what `spillover sensitivity` makes of its runs. It changes no run.

use checked_toml::did_you_mean;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recorders::measures::{OF_BORDERS, OF_REGION};

/// `[sensitivity]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sensitivity {
    /// Measures to explain: `peak_index`, `mean_index` or `days_above_60`, each with a colon and a border of the map or
    /// RUS-SOUTH; `displaced_inside_persons`, `displaced_abroad_persons`, `attention_diverted`.
    #[schemars(length(min = 1, max = 100), extend("uniqueItems" = true))]
    pub measures: Vec<String>,
    /// Resamples of the bootstrap behind each interval.
    #[schemars(range(min = 100, max = 100_000))]
    pub resamples: u32,
    /// Confidence of the intervals.
    #[schemars(range(min = 0.5, max = 0.999), extend("x-unit" = "1"))]
    pub confidence: f64,
}

/// A measure of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Measure {
    /// Name, as in `measures.csv`.
    pub name: String,
    /// Border; empty for the whole region.
    pub border: String,
}

impl Measure {
    /// Reads `name` or `name:border`.
    ///
    /// # Errors
    /// With what is wrong and what there is.
    pub fn parse(text: &str, borders: &[String]) -> Result<Self, String> {
        let guess = |word: &str, known: &[&str]| did_you_mean(word, known.iter().copied());
        let all: Vec<&str> = OF_BORDERS.into_iter().chain(OF_REGION).collect();
        let (name, border) =
            text.split_once(':').map_or((text, None), |(name, border)| (name, Some(border)));
        match border {
            _ if !all.contains(&name) => Err(format!(
                "no measure `{name}`{}; there are {}",
                guess(name, &all),
                all.join(", ")
            )),
            None if OF_BORDERS.contains(&name) => {
                Err(format!("`{name}` needs a border, such as `{name}:RUS-SOUTH`"))
            }
            Some(border) if OF_REGION.contains(&name) => {
                Err(format!("`{name}` is of the whole region; take out `:{border}`"))
            }
            Some(border) if !borders.iter().any(|known| known == border) => {
                let known: Vec<&str> = borders.iter().map(String::as_str).collect();
                Err(format!("the map has no border `{border}`{}", guess(border, &known)))
            }
            _ => Ok(Self { name: name.to_owned(), border: border.unwrap_or_default().to_owned() }),
        }
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.border.is_empty() {
            f.write_str(&self.name)
        } else {
            write!(f, "{}:{}", self.name, self.border)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_read_and_refused_in_words() {
        let borders = ["IRN-AZE".to_owned(), "RUS-SOUTH".to_owned()];
        let read = |text| Measure::parse(text, &borders);
        assert_eq!(read("mean_index:IRN-AZE").unwrap().to_string(), "mean_index:IRN-AZE");
        assert_eq!(read("attention_diverted").unwrap().border, "");
        assert_eq!(
            read("peak_indx:IRN-AZE").unwrap_err(),
            "no measure `peak_indx`; did you mean `peak_index`?; there are peak_index, mean_index, days_above_60, displaced_inside_persons, displaced_abroad_persons, attention_diverted"
        );
        assert_eq!(
            read("peak_index").unwrap_err(),
            "`peak_index` needs a border, such as `peak_index:RUS-SOUTH`"
        );
        assert_eq!(
            read("peak_index:IRN-AZR").unwrap_err(),
            "the map has no border `IRN-AZR`; did you mean `IRN-AZE`?"
        );
        assert_eq!(
            read("attention_diverted:IRN-AZE").unwrap_err(),
            "`attention_diverted` is of the whole region; take out `:IRN-AZE`"
        );
    }
}
