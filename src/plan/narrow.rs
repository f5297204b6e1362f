use std::collections::BTreeSet;

use super::{Plan, PlannedCase};

impl Plan {
    /// The same plan with fewer cases: those chosen, and the probes of the open clauses that they depend on.
    ///
    /// Far cheaper than to plan anew, for whoever runs parts of one plan hundreds of times.
    pub fn narrowed(&self, chosen: impl Fn(&PlannedCase) -> bool) -> Plan {
        let mut probed: BTreeSet<&str> = self.cases().filter(|c| chosen(c)).flat_map(open_clauses).collect();
        loop {
            let known = probed.len();
            let probes = self.probes.iter().flatten();
            let more: Vec<&str> = probes
                .filter(|c| c.probes.as_deref().is_some_and(|p| probed.contains(p)))
                .flat_map(open_clauses)
                .collect();
            probed.extend(more);
            if probed.len() == known {
                break;
            }
        }
        let is_probe = |case: &PlannedCase| case.probes.as_deref().is_some_and(|p| probed.contains(p));
        let pick = |cases: &[PlannedCase]| -> Vec<PlannedCase> {
            cases.iter().filter(|c| chosen(c) || is_probe(c)).cloned().collect()
        };
        Plan {
            early: pick(&self.early),
            left_out: self.left_out.clone(),
            probes: self.probes.iter().map(|layer| pick(layer)).filter(|layer| !layer.is_empty()).collect(),
            main: pick(&self.main),
            pairs: pick(&self.pairs),
            properties: pick(&self.properties),
            signatures: pick(&self.signatures),
            part: self.part.clone(),
        }
    }
}

/// The open clauses whose readings a case needs to know.
fn open_clauses(case: &PlannedCase) -> impl Iterator<Item = &str> {
    case.depends.iter().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::super::{Filter, plan};
    use super::*;
    use crate::suite::{DataSource, Suite};

    fn ids(plan: &Plan) -> BTreeSet<String> {
        plan.cases().map(|c| c.spec.id.clone()).collect()
    }

    #[test]
    fn a_narrowed_plan_is_the_plan_of_a_filter() {
        let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
        let whole = plan(&suite, &Filter::default());
        for word in ["CreateKmsTag", "csms.create-secret-event.name", "csms.create-secret-tag.existing-key"] {
            let filter = Filter::words(&[word.to_owned()]);
            let narrowed = whole.narrowed(|case| filter.selects(case));
            assert_eq!(ids(&narrowed), ids(&plan(&suite, &filter)), "{word}");
        }
        assert_eq!(ids(&whole.narrowed(|_| true)), ids(&whole));
        assert_eq!(whole.narrowed(|_| false).cases().count(), 0);
    }
}
