#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(difference) = dewspec_fuzz::operation_sequence(data) {
        panic!("{difference}");
    }
});
