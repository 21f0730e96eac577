// SPDX-License-Identifier: MIT
//! Prints the mean of plane 0 of each frame of a stream in place, without libtriptych and with Rust's
//! standard library only, as docs/layout.md describes it.
//!   rustc -O --edition 2021 read.rs && ./read sample
use std::ffi::{c_int, c_long, c_short, c_ushort, c_void};
use std::sync::atomic::{fence, AtomicU32, AtomicU64, Ordering};
use std::{env, fs, ptr, thread, time::Duration};

const VERSION: u32 = 4;
const NO_SLOT: u64 = 0x7f;
const NO_WRITER: u64 = 1;
const GATE: u64 = 3;
const GATES: u64 = 64;
const LOCK: u64 = 67;
const SHM_RDONLY: c_int = 0o10000;
const IPC_NOWAIT: c_short = 0o4000;
const EINTR: i32 = 4;
const EAGAIN: i32 = 11;
const SEM_UNDO: c_short = 0x1000;

#[repr(C)]
struct SemOp(c_ushort, c_short, c_short);
#[repr(C)]
struct TimeSpec(c_long, c_long);

extern "C" {
    fn shmget(key: c_int, size: usize, flags: c_int) -> c_int;
    fn shmat(id: c_int, at: *const c_void, flags: c_int) -> *const u8;
    fn shmdt(at: *const u8) -> c_int;
    fn semget(key: c_int, count: c_int, flags: c_int) -> c_int;
    fn semtimedop(id: c_int, ops: *mut SemOp, count: usize, limit: *const TimeSpec) -> c_int;
}

/// FNV-1a of 32 bits, folded to 24.
fn key_of(name: &str) -> c_int {
    let hash = name.bytes().fold(2166136261u32, |h, b| (h ^ u32::from(b)).wrapping_mul(16777619));
    (0x7400_0000 | (hash >> 24 ^ hash & 0xff_ffff)) as c_int
}

/// The size of a segment, from the kernel's table.
fn size_of_segment(id: c_int) -> usize {
    let table = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    let mut sizes = rows.filter(|row| row[1].parse() == Ok(id)).filter_map(|row| row[3].parse().ok());
    sizes.next().unwrap_or(0)
}

/// One operation on one semaphore. Err: errno.
fn sem(
    id: c_int,
    number: u64,
    change: c_short,
    flags: c_short,
    limit: Option<Duration>,
) -> Result<(), i32> {
    let mut op = SemOp(number as c_ushort, change, flags);
    let limit = limit.map(|l| TimeSpec(l.as_secs() as c_long, l.subsec_nanos() as c_long));
    let limit = limit.as_ref().map_or(ptr::null(), |l| l as *const _);
    match unsafe { semtimedop(id, &mut op, 1, limit) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(0)),
    }
}

/// An attached segment. Each access is checked against its size.
struct Segment {
    at: *const u8,
    bytes: usize,
}

impl Segment {
    fn slice(&self, at: u64, bytes: u64) -> &[u8] {
        let end = at.checked_add(bytes).expect("an offset that overflows");
        assert!(end <= self.bytes as u64, "the segment ends before byte {end}");
        unsafe { std::slice::from_raw_parts(self.at.add(at as usize), bytes as usize) }
    }
    fn u32(&self, at: u64) -> u32 {
        u32::from_ne_bytes(self.slice(at, 4).try_into().unwrap())
    }
    fn u64(&self, at: u64) -> u64 {
        u64::from_ne_bytes(self.slice(at, 8).try_into().unwrap())
    }
    fn load_u32(&self, at: u64) -> u32 {
        unsafe { (*(self.slice(at, 4).as_ptr() as *const AtomicU32)).load(Ordering::Acquire) }
    }
    fn load_u64(&self, at: u64) -> u64 {
        unsafe { (*(self.slice(at, 8).as_ptr() as *const AtomicU64)).load(Ordering::Acquire) }
    }

    /// The text for frame `number`; None if its slot was overwritten meanwhile.
    fn frame_text(&self, number: u64, slot: u64) -> Option<String> {
        let entry = self.u64(16) + slot * u64::from(self.u32(12));
        if self.load_u64(entry) >> 1 != number {
            return None;
        }
        let fourcc = String::from_utf8_lossy(self.slice(entry + 88, 4)).trim_end().to_string();
        let (width, height) = (self.u32(entry + 92), self.u32(entry + 96));
        let plane = self.u64(24) + slot * self.u64(32) + self.u64(entry + 152);
        let (stride, rows) = (u64::from(self.u32(entry + 168)), u64::from(self.u32(entry + 172)));
        let row = |y| self.slice(plane + y * stride, u64::from(width));
        let sum: u64 = (0..rows).flat_map(row).map(|&byte| u64::from(byte)).sum();
        fence(Ordering::Acquire);
        if self.load_u64(entry) >> 1 != number {
            return None;
        }
        let mean = sum as f64 / (u64::from(width) * rows).max(1) as f64;
        Some(format!("frame {number}: {width}x{height} {fourcc}, mean {mean:.1}"))
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        unsafe { shmdt(self.at) };
    }
}

/// Attaches the stream, None if there is none yet.
fn attach(name: &str) -> Option<(Segment, c_int)> {
    let (shm, set) = unsafe { (shmget(key_of(name), 0, 0), semget(key_of(name), 0, 0)) };
    let bytes = size_of_segment(shm);
    if shm < 0 || set < 0 || bytes < 320 {
        return None;
    }
    let at = unsafe { shmat(shm, ptr::null(), SHM_RDONLY) };
    assert!(at as isize != -1, "{name}: no permission to read it");
    let segment = Segment { at, bytes };
    if segment.load_u32(0).to_le_bytes() != *b"TRIP" {
        return None;
    }
    let version = segment.u32(4);
    assert!(version == VERSION, "{name}: layout version {version}, this program reads {VERSION}");
    let ours = segment.slice(128, name.len() as u64 + 1) == [name.as_bytes(), b"\0"].concat();
    assert!(ours, "{name}: another stream has the same key");
    Some((segment, set))
}

/// Prints frames until the stream moves to a larger segment (true) or has no writer (false).
fn follow(segment: &Segment, set: c_int, last: &mut u64) -> bool {
    loop {
        let state = segment.load_u32(72);
        if state != 0 {
            return state & 2 == 0;
        }
        let latest = segment.load_u64(64);
        let (number, slot) = (latest >> 8, latest & 0x7f);
        if number > *last && slot != NO_SLOT {
            // The lock, where it is permitted, keeps the frame in its slot; the stamps show otherwise.
            let lock = LOCK + (latest >> 7 & 1) * 64 + slot;
            let locked = sem(set, lock, -1, IPC_NOWAIT | SEM_UNDO, None).is_ok();
            let text = segment.frame_text(number, slot);
            if locked {
                let _ = sem(set, lock, 1, SEM_UNDO, None); // fails only if the set is gone
            }
            if let Some(text) = text {
                println!("{text}");
                *last = number;
            }
            continue;
        }
        let woken = sem(set, GATE + (number + 1) % GATES, 0, 0, Some(Duration::from_millis(100)));
        let orphaned = || sem(set, NO_WRITER, 0, IPC_NOWAIT, None).is_err();
        match woken {
            Err(EAGAIN | EINTR) => {}
            Err(_) => return segment.load_u32(72) == 1, // the set was removed
            Ok(()) if segment.load_u64(64) == latest && orphaned() => return false,
            Ok(()) => {}
        }
    }
}

fn main() {
    let name = env::args().nth(1).unwrap_or("sample".into());
    let mut last = 0;
    loop {
        match attach(&name) {
            Some((segment, set)) if !follow(&segment, set, &mut last) => break,
            _ => thread::sleep(Duration::from_millis(10)),
        }
    }
    println!("{name} has no writer");
}
