/// One property: what its inputs have in common, and so what is expected of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// Valid bodies that go to the bounds of one constraint.
    Inside {
        /// The clause with the constraint.
        clause: String,
    },
    /// Bodies that break exactly this constraint.
    Outside {
        /// The clause with the constraint.
        clause: String,
    },
    /// Valid bodies of which every member is made up.
    Whole,
    /// Valid bodies with changes that types do not survive: what the data makes of them is expected.
    Structure,
    /// Several requests one after the other, over a small model of what is stored.
    Sequence {
        /// On two resources at once.
        two: bool,
    },
    /// Lists that just fit, or just do not, from every number of tags that may be there already.
    Limit,
}

impl Property {
    /// The id of its case, for the operation with this prefix.
    pub fn id(&self, prefix: &str) -> String {
        match self {
            Property::Inside { clause } => format!("{clause}/generated-inside"),
            Property::Outside { clause } => format!("{clause}/generated-outside"),
            Property::Whole => format!("{prefix}.stored/generated"),
            Property::Structure => format!("{prefix}.server-error/generated"),
            Property::Sequence { two: false } => format!("{prefix}.stored/generated-sequence"),
            Property::Sequence { two: true } => format!("{prefix}.stored/generated-sequence-on-two"),
            Property::Limit => format!("{prefix}.tag-limit/generated"),
        }
    }

    /// The clause that a wrong answer breaks.
    pub fn clause(&self, prefix: &str) -> String {
        match self {
            Property::Inside { clause } | Property::Outside { clause } => clause.clone(),
            Property::Whole | Property::Sequence { .. } => format!("{prefix}.stored"),
            Property::Structure => format!("{prefix}.server-error"),
            Property::Limit => format!("{prefix}.tag-limit"),
        }
    }

    /// What it does, in one line.
    pub fn title(&self) -> &'static str {
        match self {
            Property::Inside { .. } => "generated bodies that go to the bounds of the rule and are accepted",
            Property::Outside { .. } => "generated bodies that break this rule and no other, and are refused",
            Property::Whole => "generated bodies, valid in every member, are accepted and stored as sent",
            Property::Structure => {
                "generated changes to the structure of a valid body are answered as the tables say, and break nothing"
            }
            Property::Sequence { two: false } => "generated sequences of writes and deletes end in the state they say",
            Property::Sequence { two: true } => "the same on two resources at once, which do not mix",
            Property::Limit => "generated lists that just fit are stored, and those that just do not are refused",
        }
    }
}

/// What a run has found out about the target that inputs depend on. `None` where readings remain that
/// disagree: inputs then avoid the question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetFacts {
    /// Storing another value under a key that exists takes its place (or is refused), by operation.
    pub overwrites: Vec<(String, bool)>,
    /// Storing a pair that exists is accepted (or refused), by operation.
    pub accepts_same: Vec<(String, bool)>,
    /// Deleting a tag that is not there is accepted (or refused).
    pub ignores_absent: Option<bool>,
    /// Deleting by its path what is not there is accepted (or refused).
    pub removes_absent: Option<bool>,
    /// How many tags a resource carries.
    pub limit: Option<usize>,
    /// Tags that are there already and stay.
    pub carried: usize,
}

impl TargetFacts {
    pub(crate) fn overwrites(&self, operation: &str) -> Option<bool> {
        self.overwrites.iter().find(|(id, _)| id == operation).map(|(_, known)| *known)
    }

    pub(crate) fn accepts_same(&self, operation: &str) -> Option<bool> {
        self.accepts_same.iter().find(|(id, _)| id == operation).map(|(_, known)| *known)
    }
}
