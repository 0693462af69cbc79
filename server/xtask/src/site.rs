//! The site: the browser package, the stylesheet and the static files, in one folder that the
//! server serves. cargo-leptos does the same; these are its steps in the open.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::run;
use crate::project::Project;

/// The name that the page loads: `pkg/countinghouse.js`, `pkg/countinghouse_bg.wasm`, `.css`.
const NAME: &str = "countinghouse";
const TAILWIND: &str = "@tailwindcss/cli/dist/index.mjs";
const WASM_OPT: &str = "binaryen/bin/wasm-opt";

/// WebAssembly features that every supported browser has and rustc uses.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// How the site is built. The two live in folders of their own and do not undo each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build, with names for debugging.
    Dev,
    /// Small.
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "site-dev",
            Self::Release => "site",
        }
    }

    fn cargo(self) -> (&'static str, &'static str) {
        match self {
            Self::Dev => ("dev", "debug"),
            Self::Release => ("wasm-release", "wasm-release"),
        }
    }
}

/// Builds the site and returns its folder. Parts whose inputs did not change are kept.
pub fn build(project: &Project, profile: Profile) -> Result<PathBuf> {
    let site = project.target(profile.folder());
    let package = site.join("pkg");
    fs::create_dir_all(&package)?;
    copy_folder(&project.path("public"), &site)?;
    browser_package(project, profile, &package)?;
    stylesheet(project, profile, &package)?;
    Ok(site)
}

fn browser_package(project: &Project, profile: Profile, package: &Path) -> Result<()> {
    let (cargo_profile, folder) = profile.cargo();
    let target = "wasm32-unknown-unknown";
    let mut cargo = project.cargo(["build", "--package", "app", "--lib", "--target", target]);
    cargo.args(["--no-default-features", "--features", "hydrate", "--profile", cargo_profile]);
    run(&mut cargo)?;

    let input = project.target(target).join(folder).join("app.wasm");
    let output = package.join(format!("{NAME}_bg.wasm"));
    let stamp = Stamp::of(project, profile, "wasm", std::slice::from_ref(&input))?;
    if stamp.matches(&output) {
        return Ok(());
    }
    let small = profile == Profile::Release;
    Bindgen::new()
        .input_path(&input)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(small)
        .remove_producers_section(small)
        .generate(package)?;
    if small {
        let mut optimise = project.npm_tool(WASM_OPT);
        optimise.arg("-Oz").args(WASM_FEATURES).arg(&output).arg("-o").arg(&output);
        run(&mut optimise)?;
    }
    stamp.keep()
}

fn stylesheet(project: &Project, profile: Profile, package: &Path) -> Result<()> {
    let mut inputs = files_below(&project.path("style"))?;
    inputs.extend(files_below(&project.path("app/src"))?);
    inputs.push(project.path("end2end/package-lock.json"));
    let output = package.join(format!("{NAME}.css"));
    let stamp = Stamp::of(project, profile, "css", &inputs)?;
    if stamp.matches(&output) {
        return Ok(());
    }
    let mut tailwind = project.npm_tool(TAILWIND);
    tailwind.arg("--input").arg(project.path("style/main.css")).arg("--output").arg(&output);
    if profile == Profile::Release {
        tailwind.arg("--minify");
    }
    run(&mut tailwind)?;
    stamp.keep()
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for file in files_below(from)? {
        let target = to.join(file.strip_prefix(from)?);
        fs::create_dir_all(target.parent().context("a file has a folder")?)?;
        fs::copy(&file, &target).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("cannot read the folder {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// What a part of the site was made from, kept beside the site to see whether it changed.
struct Stamp {
    file: PathBuf,
    text: String,
}

impl Stamp {
    fn of(project: &Project, profile: Profile, part: &str, inputs: &[PathBuf]) -> Result<Self> {
        let mut text = String::new();
        for input in inputs {
            let bytes =
                fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
            let mark = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            });
            text.push_str(&format!("{mark:016x} {}\n", input.display()));
        }
        let file = project.target("site-stamps").join(format!("{}.{part}", profile.folder()));
        Ok(Self { file, text })
    }

    fn matches(&self, output: &Path) -> bool {
        output.exists() && fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.text)
    }

    fn keep(self) -> Result<()> {
        fs::create_dir_all(self.file.parent().context("a stamp has a folder")?)?;
        fs::write(&self.file, self.text)?;
        Ok(())
    }
}
