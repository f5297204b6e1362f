//! Requests that are signed with an access key, before a gateway that checks every signature.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::{BROKEN, FAULT};
use crate::gatekeeper::Gatekeeper;
use crate::harness::{Launch, Scene, Setup, each};
use crate::proxy::{Act, Proxy};
use crate::upstream::Upstream;

/// Every kind of operation, raw connections, deletions with keys in the path, and tokens.
const CASES: &[&str] = &[
    "csms.create-secret-tag.key.max-length",
    "csms.create-secret-tag.success",
    "csms.create-secret-tag.request.x-auth-token",
    "csms.create-secret-tag.token",
    "kms.create-kms-tag.success",
    "csms.create-secret-event.success",
    "csms.batch-create-or-delete-tags.success",
];

/// A server behind a gateway.
struct Guarded {
    scene: Scene,
    gate: Gatekeeper,
}

impl Guarded {
    fn with(faults: &[&str], change: impl Fn(&mut Gatekeeper)) -> Self {
        let upstream = Upstream::new(faults, &[]);
        let mut gate = Gatekeeper::new(upstream.token());
        change(&mut gate);
        let proxy = Proxy::before(upstream.address, gate.clone().rule());
        Guarded { scene: Scene { upstream, proxy }, gate }
    }

    fn setup(&self) -> Setup {
        self.scene.setup()
    }

    fn launch(&self, subcommand: &str) -> Launch {
        Launch::signing(subcommand, &self.setup(), &self.gate)
    }

    fn signed(&self) -> usize {
        self.scene.proxy.count(|call| call.field("authorization").is_some())
    }
}

fn temporary(gate: &mut Gatekeeper) {
    gate.security_token = Some("gQpjbi1ub3J0aC00hidden-security-token".to_owned());
}

#[test]
fn a_target_that_takes_signatures_is_judged_like_any_other() {
    each(&[(None, false), (Some(FAULT), false), (None, true)], |(fault, is_temporary)| {
        let guarded = Guarded::with(fault.as_slice(), |gate| {
            if *is_temporary {
                temporary(gate);
            }
        });
        let told = guarded.launch("run").args(CASES).finish();
        match fault {
            None => told.code_is(0).accuses_nobody(),
            Some(_) => told.finds(BROKEN),
        };
        guarded.scene.is_clean(&told);
        let calls = guarded.scene.proxy.calls();
        assert!(guarded.signed() * 2 > calls, "{} of {calls} requests are signed", guarded.signed());
        let both = |call: &Call| call.field("authorization").is_some() && call.field("x-auth-token").is_some();
        assert_eq!(guarded.scene.proxy.count(both), 0, "a signature beside a token");
        let project = guarded.setup().project;
        let without = |call: &Call| call.field("authorization").is_some() && call.field("x-project-id").is_none();
        assert_eq!(guarded.scene.proxy.count(without), 0, "signed without {project}");
    });
}

#[test]
fn what_is_made_of_a_token_is_skipped_and_what_is_not_is_judged() {
    let guarded = Guarded::with(&["csms-create-accepts-missing-token"], |_| {});
    let told = guarded.launch("run").args(&["csms.create-secret-tag.request.x-auth-token"]).finish();
    told.finds("csms.create-secret-tag.request.x-auth-token");
    let report = told.report.as_ref().expect("a report");
    let cases = report["cases"].as_array().expect("cases");
    let reason = |part: &str| {
        let case = cases.iter().find(|case| case["id"].as_str().is_some_and(|id| id.ends_with(part)));
        case.map(|case| format!("{} {}", case["outcome"], case["reason"])).unwrap_or_default()
    };
    assert!(reason("/truncated").contains("skip") && reason("/truncated").contains("signed"), "{cases:#?}");
    guarded.scene.is_clean(&told);
}

#[test]
fn a_wrong_secret_key_is_told_before_it_locks_the_access_key() {
    for subcommand in ["run", "doctor"] {
        let guarded = Guarded::with(&[], |_| {});
        let wrong = Gatekeeper { secret_key: "another-secret-key-altogether".to_owned(), ..guarded.gate.clone() };
        let told = Launch::signing(subcommand, &guarded.setup(), &wrong).finish();
        told.code_is(3).accuses_nobody().lines_at_most(15).says("credentials").says("DEWSPEC_ACCESS_KEY");
        // Five failures in a row lock it for five minutes, and many ask the doctor before they run.
        assert!(guarded.signed() <= 2, "{} requests with a wrong signature", guarded.signed());
    }
}

#[test]
fn a_clock_that_is_wrong_is_made_up_for_and_told() {
    each(&[3600, -3600], |ahead| {
        let guarded = Guarded::with(&[], |gate| gate.ahead = *ahead);
        let told = guarded.launch("run").args(&CASES[..2]).finish();
        told.code_is(0).accuses_nobody();
        let notes = told.notes().join("\n");
        let by = ["3599 s", "3600 s", "3601 s"].iter().any(|by| notes.contains(by));
        assert!(notes.contains("signed with the time of csms") && by, "{notes}");
        assert!(guarded.scene.proxy.answered(401) <= 2, "{} refusals", guarded.scene.proxy.answered(401));
        guarded.scene.is_clean(&told);
    });
}

#[test]
fn the_doctor_says_where_the_key_comes_from_and_not_what_it_is() {
    let guarded = Guarded::with(&[], |_| {});
    let setup = guarded.setup();
    let target = ["--endpoint", &setup.endpoint, "--secret-id", &setup.secret, "--key-id", &setup.key];
    let variations = [
        ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_PROJECT_ID"),
        ("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_PROJECT_ID"),
    ];
    for (access_key, secret_key, project) in variations {
        let launch = Launch::bare("doctor").args(&target).env(project, &setup.project);
        let launch = launch.env(access_key, &guarded.gate.access_key).env(secret_key, &guarded.gate.secret_key);
        let told = launch.hides(&guarded.gate.secret_key).hides(&guarded.gate.access_key).finish();
        told.code_is(0).says(&format!("access key of {access_key}"));
    }
    let file = format!(
        "[profile.lab]\nproject-id = {:?}\naccess-key = {:?}\nsecret-key = {:?}\n",
        setup.project, guarded.gate.access_key, guarded.gate.secret_key
    );
    let told = Launch::bare("doctor").args(&target).file("dewspec.toml", &file).args(&["--profile", "lab"]).finish();
    told.code_is(0).says("access-key in dewspec.toml");
    let told = Launch::bare("doctor").args(&target).file("dewspec.toml", &file).args(&["--profile", "other"]).finish();
    told.code_is(2).says("there is lab");
    let clouds = format!(
        "clouds:\n  lab:\n    auth: {{ project_id: {}, ak: {}, sk: {} }}\n",
        setup.project, guarded.gate.access_key, guarded.gate.secret_key
    );
    for (flags, variables) in [(&["--os-cloud", "lab"][..], &[][..]), (&[], &[("OS_CLOUD", "lab")])] {
        let launch = Launch::bare("doctor").args(&target).args(flags).file("clouds.yaml", &clouds);
        let launch = variables.iter().fold(launch, |launch, (name, value)| launch.env(name, value));
        launch.finish().code_is(0).says("clouds.yaml");
    }
}

#[test]
fn other_commands_sign_as_well() {
    let guarded = Guarded::with(&[FAULT], |_| {});
    let told = guarded.launch("fuzz").args(&["--time", "2"]).finish();
    told.code_is_one_of(&[0, 1]);
    assert!(guarded.signed() > 0 && guarded.scene.proxy.answered(401) * 4 < guarded.scene.proxy.calls());
    guarded.scene.is_clean(&told);
}

/// The line that a report gives signs anew, and is answered as the run was.
#[test]
fn the_curl_line_of_a_failure_can_be_pasted() {
    if std::process::Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let guarded = Guarded::with(&["csms-create-answers-success-with-created"], |_| {});
    let told = guarded.launch("run").args(&["csms.create-secret-tag.success"]).finish();
    told.code_is(1);
    let report = told.report.as_ref().expect("a report");
    let line = report["cases"].as_array().into_iter().flatten().find_map(|case| case["curl"].as_str()).expect("a line");
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_dewspec")).parent().expect("a folder").display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let output = std::process::Command::new("bash")
        .args(["-c", line])
        .env("PATH", path)
        .env("DEWSPEC_ACCESS_KEY", &guarded.gate.access_key)
        .env("DEWSPEC_SECRET_KEY", &guarded.gate.secret_key)
        .env("DEWSPEC_PROJECT_ID", guarded.setup().project)
        .current_dir(std::env::temp_dir())
        .output()
        .expect("bash");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("HTTP/1.1 201"), "{line}\n{text}{}", String::from_utf8_lossy(&output.stderr));
}

/// How a gateway gets rid of signatures that do not fit.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Refuses,
    HangsUp,
    FailsItself,
}

#[test]
fn wrong_signatures_never_come_near_what_locks_a_key() {
    each(&[Manner::Refuses, Manner::HangsUp, Manner::FailsItself], |manner| {
        let upstream = Upstream::new(&[], &[]);
        let gate = Gatekeeper::new(upstream.token());
        let worst = Arc::new(AtomicUsize::new(0));
        let (mut rule, seen, manner) = (gate.clone().rule(), Arc::clone(&worst), *manner);
        let mut in_a_row = 0;
        let counting = move |call: &Call| {
            let act = rule(call);
            if call.field("authorization").is_none() {
                return act;
            }
            in_a_row = if matches!(act, Act::Answer(_)) { in_a_row + 1 } else { 0 };
            seen.fetch_max(in_a_row, Ordering::Relaxed);
            match (act, manner) {
                (Act::Answer(_), Manner::HangsUp) => Act::Drop,
                (Act::Answer(_), Manner::FailsItself) => Act::Answer(Answer::refusal(500, "it broke")),
                (act, _) => act,
            }
        };
        let proxy = Proxy::before(upstream.address, counting);
        let guarded = Guarded { scene: Scene { upstream, proxy }, gate };
        let told = guarded.launch("run").args(&["--signature", "signature"]).finish();
        let most = worst.load(Ordering::Relaxed);
        assert!(most <= 1, "{most} wrong signatures in a row, {manner:?}:\n{}", told.excerpt());
        match manner {
            Manner::Refuses => drop(told.code_is(0).accuses_nobody()),
            // Nothing was stored, and that it is no answer is not the signature's matter.
            Manner::HangsUp => drop(told.code_is_one_of(&[0, 3, 4])),
            Manner::FailsItself => drop(told.code_is_one_of(&[0, 1])),
        }
        guarded.scene.is_clean(&told);
    });
}

#[test]
fn a_gateway_that_checks_no_signature_is_told_of_as_a_warning_and_strictly_as_a_failure() {
    let guarded = Guarded::with(&[], |_| {});
    let (token, gate) = (guarded.gate.token.clone(), guarded.gate.clone());
    let lax = Proxy::before(guarded.scene.upstream.address, move |call: &Call| match call.field("authorization") {
        Some(_) => Act::As(token.clone(), 0),
        None => Act::Pass,
    });
    let setup = Setup { endpoint: lax.url(), ..guarded.setup() };
    for (arguments, code) in [(&["--signature", "signature"][..], 0), (&["--signature", "--strict", "signature"], 1)] {
        let told = Launch::signing("run", &setup, &gate).args(arguments).finish();
        told.code_is(code);
        let violated = told.violated();
        assert_eq!(violated.len(), 16, "{violated:?}\n{}", told.excerpt());
        assert!(violated.iter().all(|id| id.contains(".signature.")), "{violated:?}");
        told.says("dewspec sign");
    }
    guarded.scene.is_clean(&Launch::signing("doctor", &setup, &gate).finish());
}
