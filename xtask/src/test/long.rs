//! The checks of `cargo xtask test --full`: each installs or compiles for minutes.

use std::fs;

use anyhow::{Context, Result, bail};

use super::{Scene, worker_node};
use crate::{
    counts::{self, Counts},
    encoder,
    project::lock,
    python,
};

/// The document of the API, by requests that a tester makes up.
pub fn schemathesis(scene: &mut Scene<'_>) -> Result<Counts> {
    let requirements = scene.project.root.join("xtask/schemathesis/requirements.txt");
    let pins = fs::read_to_string(&requirements)?;
    let pin = pins.lines().find_map(|line| line.strip_prefix("schemathesis=="));
    let version = pin.context("xtask/schemathesis/requirements.txt pins no schemathesis")?;
    let folder = scene.project.tools.join(format!("schemathesis-{version}"));
    fs::create_dir_all(&scene.project.tools)?;
    let python = {
        let _lock = lock(
            &scene.project.tools,
            &mut scene.runner,
            "another run that installs tools",
        )?;
        python::environment(&mut scene.runner, &folder, &requirements, "schemathesis")?
    };
    let node = worker_node(scene.project);
    scene.node_tests(&node, "edge-worker/tests/full", |command| {
        command.env("SCHEMATHESIS", python.with_file_name("schemathesis"));
    })
}

/// With the pipeline's own lints and tests, since a feature of it is on here.
pub fn encoder(scene: &mut Scene<'_>) -> Result<Counts> {
    let model = encoder::ensure(scene.project, &mut scene.runner)?;
    let packages = [
        "-p",
        "aftershow-encoder",
        "-p",
        "aftershow-pipeline",
        "--features",
        encoder::FEATURE,
    ];
    let mut clippy = scene.cargo(&["clippy"]);
    clippy.args(packages).args(["--all-targets", "--", "-D", "warnings"]);
    let mut counts = scene.check(clippy)?;
    let mut docs = scene.cargo(&["doc", "--no-deps", "-p", "aftershow-encoder"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    counts += scene.check(docs)?;
    let mut command = scene.cargo(&["test"]);
    let tests = ["oracle", "refused", "real_model", "text_encoder"];
    command
        .args(packages)
        .args(tests.iter().flat_map(|test| ["--test", test]));
    command
        .args(["--no-fail-fast", "--", "--show-output"])
        .env("AFTERSHOW_ENCODER", model);
    scene.with_data(&mut command);
    let finished = scene.runner.try_run(&mut command)?;
    let tested = counts::cargo_test(&finished.output)?;
    if !finished.status.success() && tested.failed == 0 {
        bail!(
            "cargo test ended with {}: something does not compile, or a test broke off",
            finished.status
        );
    }
    counts += tested.not_empty()?;
    Ok(counts)
}
