use crate::report::terminal::{TerminalStyle, preflight, render};
use crate::report::text::display_width;
use crate::report::{PreflightStep, Report, failure_text, junit, sample};

fn step(name: &str, ok: bool, detail: &str) -> PreflightStep {
    let advice = (!ok)
        .then(|| "look at it in the console of the service, and give --secret-id with what stands there".to_owned());
    PreflightStep { step: name.to_owned(), ok, detail: detail.to_owned(), advice }
}

fn steps() -> Vec<PreflightStep> {
    vec![
        step("reach csms", true, "http://127.0.0.1:8080 answers"),
        step("credentials", true, "the token is accepted"),
        step("secret 0d0466b0-0e72-4477-89c0-7a6f3b1e4000", false, "the target does not know it: 404 CSMS.0404"),
    ]
}

/// A run that ended before its first case.
fn ended(preflight: Vec<PreflightStep>) -> Report {
    let mut report = sample::report();
    report.cases.clear();
    report.exit_code = 3;
    report.conclusion = "no verdict: the target does not know the secret that it was given".to_owned();
    report.preflight = preflight;
    report
}

#[test]
fn every_step_has_a_line_and_those_that_fail_say_what_to_do() {
    let text = preflight(&steps(), &TerminalStyle { width: 100, ..TerminalStyle::default() });
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("ok    reach csms") && lines[0].ends_with("http://127.0.0.1:8080 answers"), "{text}");
    assert!(lines[1].starts_with("ok    credentials"), "{text}");
    assert!(lines[2].starts_with("FAIL  secret 0d0466b0"), "{text}");
    assert!(text.contains("\n      look at it in the console"), "{text}");
    assert!(lines[0].find("http") == lines[1].find("the token"), "beside each other: {text}");
}

#[test]
fn a_run_whose_preflight_failed_takes_a_few_lines() {
    let style = TerminalStyle { verdicts: true, ..TerminalStyle::default() };
    let text = render(&ended(steps()), &style);
    assert!(text.lines().count() <= 12, "{text}");
    for part in
        ["dewspec 0.1.0", "https://kms.example.test", "FAIL  secret 0d04", "404 CSMS.0404", "look at it", "exit code 3"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    for part in ["reach csms", "Verdicts", "Operations", "0 pass"] {
        assert!(!text.contains(part), "{part} is in {text}");
    }
}

#[test]
fn it_stays_short_whatever_the_target_says() {
    let long = "凭据 it says a lot about itself, and never comes to an end with that; ".repeat(40);
    let many = (0..30).map(|i| step(&format!("secret {i}"), false, &long)).collect();
    for report in [ended(many), ended(vec![step("reach csms", false, &format!("\u{1b}[2J{}", sample::HOSTILE))])] {
        let text = render(&report, &TerminalStyle::default());
        assert!(text.lines().count() <= 12, "{text}");
        assert!(!text.contains('\u{1b}') && text.contains("exit code 3"), "{text}");
        assert!(text.lines().all(|line| display_width(line) <= 80), "{text}");
    }
}

#[test]
fn what_the_target_logs_stands_beside_each_failure() {
    let mut report = sample::report();
    let at = report.cases.iter().position(|case| !case.findings.is_empty()).unwrap();
    let ids = [("X-Request-Id", "4bf92f3577b34da6"), ("Date", "Fri, 02 Jan 2026 03:04:05 GMT")];
    let named = ids.map(|(name, value)| (name.to_owned(), value.to_owned()));
    report.cases[at].exchanges[0].response_headers.extend(named);
    let expected = "request id 4bf92f3577b34da6, Fri, 02 Jan 2026 03:04:05 GMT";
    let text = render(&report, &TerminalStyle::default());
    assert!(text.contains(&format!("  logged   {expected}\n")), "{text}");
    assert!(failure_text(&report, &report.cases[at]).contains(&format!("logged:  {expected}")));
    assert!(junit::render(&report).unwrap().contains(expected));
}

#[test]
fn that_certificates_are_not_checked_is_said() {
    let mut report = sample::report();
    report.target.insecure = true;
    assert!(render(&report, &TerminalStyle::default()).contains("--insecure"));
    assert!(junit::render(&report).unwrap().contains("dewspec.insecure"));
    let short = render(
        &{
            let mut ended = ended(steps());
            ended.target.insecure = true;
            ended
        },
        &TerminalStyle::default(),
    );
    assert!(short.contains("certificates not checked"), "{short}");
}
