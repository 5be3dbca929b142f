//! Puts a decision tree in front of a filter that is one long list of comparisons.
//!
//! On installing a filter the kernel runs it once for every system call there is, to learn
//! which need no second look; with a list of two hundred rules that is most of what
//! installing costs, and every run installs one. The tree finds a call's answer in about
//! eight steps. Calls whose answer depends on arguments go on to the list itself.

use seccompiler::{BpfProgram, sock_filter};

/// System calls with numbers below this are sorted into the tree; the list sees the rest.
const NUMBERS: u32 = 512;

const LOAD_WORD: u16 = 0x20;
const JUMP: u16 = 0x05;
const JUMP_IF_EQUAL: u16 = 0x15;
const JUMP_IF_GREATER: u16 = 0x25;
const JUMP_IF_AT_LEAST: u16 = 0x35;
const AND: u16 = 0x54;
const RETURN: u16 = 0x06;

/// Offsets into the kernel's `struct seccomp_data`.
const OFFSET_NUMBER: u32 = 0;
const OFFSET_ARCHITECTURE: u32 = 4;

/// What the list says to a call when only its number is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Always(u32),
    DependsOnArguments,
}

/// The same filter with a tree in front; the filter as it was where it holds something
/// that is not understood here.
pub(super) fn shorten(program: &BpfProgram) -> BpfProgram {
    tree(program).unwrap_or_else(|| program.clone())
}

fn tree(program: &BpfProgram) -> Option<BpfProgram> {
    // The list begins by comparing the architecture with the one it is for.
    let architecture = match program.get(..2)? {
        [load, compare] if (load.code, load.k) == (LOAD_WORD, OFFSET_ARCHITECTURE) => {
            (compare.code == JUMP_IF_EQUAL).then_some(compare.k)?
        }
        _ => return None,
    };
    let answers: Option<Vec<Answer>> = (0..NUMBERS)
        .map(|number| run(program, architecture, number, None))
        .collect();
    let mut ranges: Vec<(u32, Answer)> = Vec::new();
    for (number, answer) in (0..).zip(answers?) {
        if ranges.last().is_none_or(|(_, last)| *last != answer) {
            ranges.push((number, answer));
        }
    }
    // Larger numbers, those of other interfaces among them, are the list's business.
    if ranges.last()?.1 != Answer::DependsOnArguments {
        ranges.push((NUMBERS, Answer::DependsOnArguments));
    }
    let mut code = vec![
        instruction(LOAD_WORD, 0, 0, OFFSET_ARCHITECTURE),
        instruction(JUMP_IF_EQUAL, 1, 0, architecture),
        // To the list; set when its place is known.
        instruction(JUMP, 0, 0, 0),
        instruction(LOAD_WORD, 0, 0, OFFSET_NUMBER),
    ];
    emit(&ranges, &mut code);
    let list = code.len();
    for (at, one) in code.iter_mut().enumerate() {
        if one.code == JUMP && one.k == 0 {
            one.k = (list - at - 1) as u32;
        }
    }
    code.extend_from_slice(program);
    Some(code)
}

/// Writes the search among `ranges` (their first numbers, sorted).
fn emit(ranges: &[(u32, Answer)], code: &mut BpfProgram) {
    if let [(_, answer)] = ranges {
        code.push(match answer {
            Answer::Always(value) => instruction(RETURN, 0, 0, *value),
            Answer::DependsOnArguments => instruction(JUMP, 0, 0, 0),
        });
        return;
    }
    let (low, high) = ranges.split_at(ranges.len() / 2);
    let mut low_code = BpfProgram::new();
    emit(low, &mut low_code);
    // A conditional jump reaches 255 instructions; a plain one reaches everything.
    code.push(instruction(JUMP_IF_AT_LEAST, 0, 1, high[0].0));
    code.push(instruction(JUMP, 0, 0, low_code.len() as u32));
    code.extend(low_code);
    emit(high, code);
}

fn instruction(code: u16, jt: u8, jf: u8, k: u32) -> sock_filter {
    sock_filter { code, jt, jf, k }
}

/// Runs a filter. Without arguments, says so where they would matter. None: it holds an
/// instruction that filters of this project do not.
fn run(
    program: &[sock_filter],
    architecture: u32,
    number: u32,
    arguments: Option<&[u32; 12]>,
) -> Option<Answer> {
    let (mut at, mut value) = (0usize, 0u32);
    loop {
        let one = program.get(at)?;
        at += 1;
        let branch = |taken: bool| usize::from(if taken { one.jt } else { one.jf });
        match one.code {
            LOAD_WORD => {
                value = match (one.k, arguments) {
                    (OFFSET_NUMBER, _) => number,
                    (OFFSET_ARCHITECTURE, _) => architecture,
                    (16.., Some(arguments)) => *arguments.get((one.k as usize - 16) / 4)?,
                    (16.., None) => return Some(Answer::DependsOnArguments),
                    _ => return None,
                }
            }
            AND => value &= one.k,
            JUMP => at += one.k as usize,
            JUMP_IF_EQUAL => at += branch(value == one.k),
            JUMP_IF_GREATER => at += branch(value > one.k),
            JUMP_IF_AT_LEAST => at += branch(value >= one.k),
            RETURN => return Some(Answer::Always(one.k)),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::env::consts::ARCH;

    use seccompiler::TargetArch;

    use super::*;
    use crate::seccomp::{compile_list, tests::SHIPPED};

    #[test]
    fn what_a_lane_and_its_runs_install_is_together_the_policy_of_a_run() {
        let architecture = TargetArch::try_from(ARCH).expect("supported");
        let list = |wanted: &str| {
            let (name, layers) = SHIPPED
                .into_iter()
                .find(|(name, _)| *name == wanted)
                .expect("it is shipped");
            compile_list(name, layers, ARCH, architecture).expect("a shipped policy compiles")
        };
        let (whole, lane, last) = (list("run"), list("lane"), list("last"));
        let own = whole[1].k;
        let words = [
            0,
            1,
            15,
            22,
            28,
            0x5401,
            0x5412,
            0x1000_0000,
            0x0001_0000,
            u32::MAX,
        ];
        for number in (0..600).chain([0x4000_0000, 0x4000_0001, u32::MAX]) {
            for word in words {
                for architecture in [own, 0, 0x4000_0003] {
                    let answer = |list: &BpfProgram| match run(
                        list,
                        architecture,
                        number,
                        Some(&[word; 12]),
                    ) {
                        Some(Answer::Always(value)) => value,
                        other => panic!("{other:?}"),
                    };
                    // The kernel follows the strictest of all filters: to allow has the
                    // largest number, to kill the process is negative.
                    let strictest = answer(&lane).cast_signed().min(answer(&last).cast_signed());
                    assert_eq!(
                        strictest,
                        answer(&whole).cast_signed(),
                        "{number} {word:#x} {architecture:#x}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_tree_answers_as_the_list_does_and_sooner() {
        for (name, layers) in SHIPPED {
            let architecture = TargetArch::try_from(ARCH).expect("supported");
            let list =
                compile_list(name, layers, ARCH, architecture).expect("a shipped policy compiles");
            let tree = shorten(&list);
            assert!(tree.len() > list.len(), "the tree was built");
            let own = list[1].k;
            // Arguments with the bits that rules look at: new namespaces, ioctl and prctl
            // numbers, and none.
            let words = [0, 1, 15, 0x5401, 0x5412, 0x1000_0000, 0x0001_0000, u32::MAX];
            for number in (0..600).chain([0x4000_0000, 0x4000_0001, u32::MAX]) {
                for word in words {
                    let arguments = [word; 12];
                    for architecture in [own, 0, 0x4000_0003] {
                        assert_eq!(
                            run(&list, architecture, number, Some(&arguments)),
                            run(&tree, architecture, number, Some(&arguments)),
                            "{number} {word:#x} {architecture:#x}"
                        );
                    }
                }
            }
        }
    }
}
