use dewspec::target::{Network, Settings};

use crate::support::{json, run};

#[test]
fn lists_and_explanations_come_from_the_data() {
    for subject in ["operations", "clauses", "cases", "readings", "causes", "faults", "revisions"] {
        let text = run(&["list", subject]);
        let rows = json(&run(&["list", subject, "--format", "json"]).out);
        assert_eq!(text.code, 0);
        assert_eq!(text.out.lines().count(), rows.as_array().expect("rows").len(), "{subject}");
    }
    let clause = run(&["explain", "kms.create-kms-tag.tag-limit"]);
    assert!(clause.out.contains("A07") && clause.out.contains("Twenty"), "{}", clause.out);
    for cause in ["kms.create-kms-tag.accepts.value", "every-operation.form.error.error"] {
        let text = run(&["explain", cause]);
        assert!(text.code == 0 && text.out.contains("kms-create-") && text.out.contains(cause), "{}", text.out);
    }
    assert_eq!(run(&["explain", "every-operation"]).code, 2);
    let case = run(&["explain", "csms.create-secret-tag.key.max-length/cjk-129"]);
    assert!(case.out.contains("refused with 400") && case.out.contains("at most 128 characters"), "{}", case.out);
}

#[test]
fn help_states_the_exit_codes() {
    for arguments in [vec!["--help"], vec!["run", "--help"], vec!["fuzz", "--help"]] {
        let help = run(&arguments);
        assert_eq!(help.code, 0);
        for code in ["0  the target conforms", "3  no verdict", "4  nothing was proven", "129, 130, 143"] {
            assert!(help.out.contains(code), "{arguments:?}: {code} is not in\n{}", help.out);
        }
    }
    assert!(run(&["doctor", "--help"]).out.contains("3 it cannot"));
}

#[test]
fn help_states_the_defaults_that_are_used() {
    let (usual, embedded) = (Settings::default(), Settings::embedded());
    let help = run(&["run", "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    let number = |value: &dyn Fn(&Settings) -> String| match (value(&usual), value(&embedded)) {
        (here, there) if here == there => format!("[default: {here}]"),
        (here, there) => format!("[default: {here}; {there} for the embedded server]"),
    };
    let seconds = |time: std::time::Duration| time.as_secs_f64().to_string();
    for (option, default) in [
        ("--seed <N>", number(&|s| s.seed.to_string())),
        ("--cases <N>", number(&|s| s.cases.to_string())),
        ("--concurrency <N>", number(&|s| s.concurrency.to_string())),
        ("--timeout <SECS>", number(&|s| seconds(s.timeout))),
        ("--settle <SECS>", number(&|s| seconds(s.settle))),
        ("--max-wait <SECS>", number(&|s| seconds(s.max_wait))),
        ("--wait-for <SECS>", number(&|s| seconds(s.wait_for))),
        ("--connect-timeout <SECS>", format!("[default: {}]", seconds(Network::default().connect_timeout))),
        ("--rate <N>", "[default: no limit]".to_owned()),
        ("--max-time <SECS>", "[default: no limit]".to_owned()),
    ] {
        let text = help.split_once(&format!("{option} ")).unwrap_or_else(|| panic!("{option} is not in the help")).1;
        let first = text.split_once("[default: ").expect("a default").1.split_once(']').expect("its end").0;
        assert_eq!(format!("[default: {first}]"), default, "{option}");
    }
    assert!(usual.rate.is_none() && usual.max_time.is_none());
}
