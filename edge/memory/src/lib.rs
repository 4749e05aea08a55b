//! An allocator that wipes what is given back, once somebody has asked for that.
//!
//! Secrets pass through parsers, JSON, HTTP and TLS: none of them wipes what it used. A process that holds secrets asks for
//! wiping before it opens the first one, and from then on nothing outlives its use in memory, nor in a core dump. All others
//! pay for one look at a flag.

// What runs before `main` is named in another way elsewhere.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod arena;
mod leave;
mod mimalloc;

pub use leave::leave;
pub use mimalloc::Mimalloc;

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, Ordering, compiler_fence};

static WIPES: AtomicBool = AtomicBool::new(false);

/// From now on, whatever is given back is wiped.
pub fn wipe_from_now_on() {
    WIPES.store(true, Ordering::Relaxed);
}

/// Wipes the stack below the caller as deep as calls commonly go, if wiping was asked for.
///
/// What a function had on its stack stays there until another one needs the room. Threads that wait call this first.
#[inline(never)]
pub fn wipe_stack() {
    const DEEP: usize = 96 << 10;
    if WIPES.load(Ordering::Relaxed) {
        std::hint::black_box(&mut [0_u8; DEEP]);
    }
}

/// Wipes what goes back to the allocator behind it.
#[derive(Debug, Default)]
pub struct Wiping<A>(pub A);

// SAFETY: every block comes from the allocator behind this one and goes back to it with the layout that it was asked for
// with; between, only bytes within the block are written, and only when it is given back.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Wiping<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that are asked for here.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if WIPES.load(Ordering::Relaxed) {
            // SAFETY: the block has that size and is nobody's any more.
            unsafe { wipe(block, layout.size()) };
        }
        // SAFETY: as above.
        unsafe { self.0.dealloc(block, layout) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !WIPES.load(Ordering::Relaxed) {
            // SAFETY: as above.
            return unsafe { self.0.realloc(block, layout, size) };
        }
        // The allocator behind this one would leave the old block as it is.
        // SAFETY: the caller promises that this size is a good one with that alignment, and not zero.
        let fresh = unsafe { self.0.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !fresh.is_null() {
            // SAFETY: both blocks are at least that long, and the fresh one is nobody else's.
            unsafe { std::ptr::copy_nonoverlapping(block, fresh, layout.size().min(size)) };
            // SAFETY: the old block is given back once.
            unsafe { self.dealloc(block, layout) };
        }
        fresh
    }
}

/// Zeroes that no compiler leaves out.
///
/// # Safety
///
/// The block must be writable and that long.
unsafe fn wipe(block: *mut u8, size: usize) {
    // SAFETY: the caller's promise.
    unsafe { std::ptr::write_bytes(block, 0, size) };
    // What is behind a pointer that goes elsewhere counts as read.
    std::hint::black_box(block);
    compiler_fence(Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Keeps what it is given back for a look.
    struct Kept(Mutex<Vec<Vec<u8>>>);

    // SAFETY: the system's allocator does all of it.
    unsafe impl GlobalAlloc for Kept {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promise.
            unsafe { std::alloc::System.alloc(layout) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: the block is still ours and that long.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) }.to_vec();
            self.0.lock().expect("nobody panics here").push(bytes);
            // SAFETY: the caller's promise.
            unsafe { std::alloc::System.dealloc(block, layout) };
        }
    }

    #[test]
    fn what_is_given_back_is_wiped() {
        wipe_from_now_on();
        let allocator = Wiping(Kept(Mutex::default()));
        let layout = Layout::from_size_align(8, 8).expect("a good layout");
        // SAFETY: blocks are used within their size and given back once, with their layout.
        let grown = unsafe {
            let block = allocator.alloc(layout);
            std::ptr::copy_nonoverlapping(b"sesame!!".as_ptr(), block, 8);
            let block = allocator.realloc(block, layout, 16);
            let grown = std::slice::from_raw_parts(block, 8).to_vec();
            allocator.dealloc(block, Layout::from_size_align(16, 8).expect("a good layout"));
            grown
        };
        assert_eq!(grown, b"sesame!!");
        assert_eq!(*allocator.0.0.lock().expect("nobody panics here"), [vec![0; 8], vec![0; 16]]);
    }
}
