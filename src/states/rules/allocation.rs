//! The pure rule of the patron's scarce reserve: water-filling over its fronts, with a shadow price (evidence 1.3).

/// A front as the allocation sees it.
#[derive(Clone, Copy, Debug)]
pub struct Front {
    /// Weight of its loss.
    pub weight: f64,
    /// Perceived pressure, 0 to 1.
    pub pressure: f64,
    /// Effect of 1,000 persons: the loss falls as `exp(-effect r)`.
    pub effect: f64,
    /// Least that it must hold, thousand persons.
    pub least: f64,
    /// Most that it can hold, thousand persons.
    pub most: f64,
}

impl Front {
    /// Loss averted by the next 1,000 persons: `w p e exp(-e r)`.
    #[must_use]
    pub fn marginal(&self, thousands: f64) -> f64 {
        self.weight * self.pressure * self.effect * libm::exp(-self.effect * thousands)
    }

    /// What it asks for at a price: `(1/e) ln(w p e / price)` within its bounds.
    #[must_use]
    pub fn asked(&self, price: f64) -> f64 {
        let first = self.marginal(0.0);
        if first <= 0.0 {
            return self.least;
        }
        if price <= 0.0 {
            return self.most.max(self.least);
        }
        (libm::log(first / price) / self.effect).min(self.most).max(self.least)
    }
}

/// An allocation of the reserve.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocation {
    /// By front, thousand persons.
    pub thousands: Vec<f64>,
    /// Shadow price: marginal loss averted per 1,000 persons.
    pub price: f64,
    /// Left over, thousand persons.
    pub unallocated: f64,
}

/// Splits a budget (thousand persons) so that the expected loss `sum w p exp(-e r)` is least:
/// `r = (1/e) ln(w p e / price)` within each front's bounds, the price such that the sum meets the budget, but never below
/// the price of holding back. When the least amounts exceed the budget they are cut in proportion.
#[must_use]
pub fn allocate(fronts: &[Front], budget: f64, holding_price: f64) -> Allocation {
    let budget = budget.max(0.0);
    let floors: f64 = fronts.iter().map(|f| f.least).sum();
    if floors >= budget {
        let share = if floors > 0.0 { budget / floors } else { 0.0 };
        let thousands: Vec<f64> = fronts.iter().map(|f| f.least * share).collect();
        let marginals = fronts.iter().zip(&thousands).map(|(f, &r)| f.marginal(r));
        let price = marginals.fold(holding_price, f64::max);
        return Allocation { thousands, price, unallocated: 0.0 };
    }
    let sum_at = |price: f64| fronts.iter().map(|f| f.asked(price)).sum::<f64>();
    let price = if sum_at(holding_price) <= budget {
        holding_price
    } else {
        // Between a price so low that the asked sum exceeds the budget and one so high that nobody asks, halve in logs,
        // where what a front asks is a straight line between its bounds.
        let first: Vec<f64> = fronts.iter().map(|f| libm::log(f.marginal(0.0))).collect();
        let asked = |f: &Front, first: f64, log_price: f64| {
            if first == f64::NEG_INFINITY {
                f.least
            } else {
                ((first - log_price) / f.effect).min(f.most).max(f.least)
            }
        };
        let sum_at_log =
            |x: f64| fronts.iter().zip(&first).map(|(f, &first)| asked(f, first, x)).sum::<f64>();
        let mut high = first.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut low =
            high - fronts.iter().map(|f| f.effect).fold(0.0, f64::max) * (budget + 1.0) - 50.0;
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if sum_at_log(middle) > budget {
                low = middle;
            } else {
                high = middle;
            }
        }
        libm::exp(high)
    };
    let thousands: Vec<f64> = fronts.iter().map(|f| f.asked(price)).collect();
    let used: f64 = thousands.iter().sum();
    Allocation { thousands, price, unallocated: (budget - used).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fronts(south: f64) -> [Front; 6] {
        let front = |weight, pressure| Front {
            weight,
            pressure,
            effect: 0.05,
            least: 0.0,
            most: f64::INFINITY,
        };
        [
            front(1.0, 0.8),
            front(0.5, south),
            front(0.6, 0.1),
            front(0.2, 0.05),
            front(0.3, 0.15),
            front(0.5, 0.2),
        ]
    }

    #[test]
    fn the_budget_is_used_and_marginals_are_equal_where_persons_stand() {
        for budget in [0.0, 3.0, 40.0, 115.0, 900.0] {
            for south in [0.0, 0.1, 0.5, 1.0] {
                let fronts = fronts(south);
                let out = allocate(&fronts, budget, 0.0);
                let used: f64 = out.thousands.iter().sum();
                assert!(used <= budget + 1e-9 && used > budget - 1e-6, "{used} of {budget}");
                if budget <= 0.0 {
                    continue;
                }
                for (front, &r) in fronts.iter().zip(&out.thousands) {
                    if r > 1e-9 {
                        assert!((front.marginal(r) / out.price - 1.0).abs() < 1e-6);
                    } else {
                        assert!(front.marginal(0.0) <= out.price * (1.0 + 1e-9));
                    }
                }
            }
        }
    }

    #[test]
    fn known_case_of_two_fronts() {
        let mut f = fronts(0.8);
        for front in &mut f[2..] {
            front.weight = 0.0;
        }
        f[1].weight = 1.0;
        let out = allocate(&f, 100.0, 0.0);
        assert!((out.thousands[0] - 50.0).abs() < 1e-6 && (out.thousands[1] - 50.0).abs() < 1e-6);
        assert!((out.price - 0.8 * 0.05 * libm::exp(-2.5)).abs() < 1e-9);
    }

    #[test]
    fn more_pressure_south_draws_more_and_raises_the_price() {
        let mut last = allocate(&fronts(0.05), 115.0, 0.0);
        for i in 2..=20 {
            let now = allocate(&fronts(0.05 * f64::from(i)), 115.0, 0.0);
            assert!(now.thousands[1] >= last.thousands[1] && now.price >= last.price);
            assert!(now.thousands[0] <= last.thousands[0] + 1e-9);
            last = now;
        }
        assert!(allocate(&fronts(0.5), 95.0, 0.0).price > allocate(&fronts(0.5), 115.0, 0.0).price);
    }

    #[test]
    fn bounds_hold_and_a_holding_price_keeps_persons_back() {
        let mut f = fronts(1.0);
        f[1].most = 10.0;
        f[3].least = 7.0;
        let out = allocate(&f, 115.0, 0.0);
        assert!(out.thousands[1] <= 10.0 && out.thousands[3] >= 7.0);
        assert!((out.thousands.iter().sum::<f64>() - 115.0).abs() < 1e-6);
        let held = allocate(&fronts(0.1), 115.0, 0.01);
        assert!(held.unallocated > 10.0 && (held.price - 0.01).abs() < 1e-15);
        let mut crowded = fronts(0.1);
        for front in &mut crowded {
            front.least = 50.0;
        }
        let cut = allocate(&crowded, 60.0, 0.0);
        assert!(cut.thousands.iter().all(|r| (r - 10.0).abs() < 1e-9) && cut.price > 0.0);
        assert!(
            allocate(&fronts(0.0).map(|f| Front { weight: 0.0, ..f }), 10.0, 0.0).unallocated > 9.9
        );
    }
}
