//! The outcomes: one list, from which everything that differs by outcome is made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Gives the list of the prescribed outcomes to a macro: meaning, variant, name in files, whether it is a collapse.
///
/// **To add an outcome, add an entry at the end** and its tables `[leadership.outcomes.<name>]` and
/// `[leadership.hazards.<name>]` in `configs/base.toml`. The first is what holds while nothing else has come about; each of
/// the others is one of the competing hazards, whose draws are numbered by the place in the list.
macro_rules! for_each_outcome {
    ($make:ident) => {
        $make! {
            /// The leadership weathers the crisis and stabilises.
            Continuity continuity { collapse: false }
            /// A managed transition.
            ManagedTransition managed_transition { collapse: false }
            /// Collapse into fragmentation: the periphery slips away.
            Fragmentation fragmentation { collapse: true }
            /// Collapse into civil strife: armed contest at the centre.
            CivilStrife civil_strife { collapse: true }
            /// Collapse into a government that turns to the West.
            WesternPivot western_pivot { collapse: true }
        }
    };
}
pub(super) use for_each_outcome;

macro_rules! make_outcome {
    ($($(#[$meaning:meta])* $variant:ident $name:ident { collapse: $collapse:literal })*) => {
        /// Leadership outcomes. Results are conditional on one of them; the program never states how likely one is.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Outcome {
            $($(#[$meaning])* $variant,)*
            /// Not prescribed: comes out of competing hazards.
            Endogenous,
        }

        impl Outcome {
            /// The outcomes that a scenario can prescribe, in the order of the list.
            pub const PRESCRIBED: [Self; [$(stringify!($name)),*].len()] = [$(Self::$variant),*];

            /// Every outcome: the prescribed ones, then [`Outcome::Endogenous`].
            pub const ALL: [Self; Self::PRESCRIBED.len() + 1] =
                [$(Self::$variant,)* Self::Endogenous];

            /// The name in config files and in the column `outcome`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                    Self::Endogenous => "endogenous",
                }
            }

            /// Whether the leadership falls with nobody to succeed it in good order.
            #[must_use]
            pub const fn is_collapse(self) -> bool {
                match self {
                    $(Self::$variant => $collapse,)*
                    Self::Endogenous => false,
                }
            }
        }
    };
}
for_each_outcome!(make_outcome);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_config() {
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).expect("a name"), outcome.name());
        }
    }
}
