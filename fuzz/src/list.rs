use super::{generator, operation_sequence, response_oracle, server_request, suite_load, validator_difference};

/// One fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct FuzzTarget {
    /// The name of its binary, corpus and regressions under `fuzz/`.
    pub name: &'static str,
    /// What it asserts, in one line.
    pub purpose: &'static str,
    /// Carries it out on one input.
    ///
    /// # Errors
    /// What disagreed.
    pub run: fn(&[u8]) -> Result<(), String>,
    /// Its dictionary, under `fuzz/dictionaries/`.
    pub dictionary: &'static str,
}

/// Every target; a test holds everything else that names them against this list.
pub const TARGETS: &[FuzzTarget] = &[
    FuzzTarget {
        name: "server_request",
        purpose: "any request to the reference server: never a 5xx, every oracle holds, the contract predicts it",
        run: server_request,
        dictionary: "http.dict",
    },
    FuzzTarget {
        name: "validator_difference",
        purpose: "the server's rules for texts and the documented patterns agree on every text, under each reading",
        run: validator_difference,
        dictionary: "text.dict",
    },
    FuzzTarget {
        name: "operation_sequence",
        purpose: "sequences of writes and deletes: the model and the server answer and store the same",
        run: operation_sequence,
        dictionary: "decisions.dict",
    },
    FuzzTarget {
        name: "response_oracle",
        purpose: "any response into every oracle and reporter: one verdict, and reports that stay well-formed",
        run: response_oracle,
        dictionary: "http.dict",
    },
    FuzzTarget {
        name: "suite_load",
        purpose: "any suite, fixture or configuration: a clean error, or data that prints and loads as itself",
        run: suite_load,
        dictionary: "suite.dict",
    },
    FuzzTarget {
        name: "generator",
        purpose: "what is generated as valid is valid, and what is not breaks exactly what it says",
        run: generator,
        dictionary: "decisions.dict",
    },
];
