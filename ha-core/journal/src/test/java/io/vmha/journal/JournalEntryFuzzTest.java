package io.vmha.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vmha.center.journal.JournalEntry;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for bytes of an entry that are read as one that is written otherwise: {@code mvn -Pfull -pl ha-core/journal test}. */
@Tag("fuzz")
class JournalEntryFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void theBytesOfAnEntryAreRefusedOrAreAnEntryThatIsWrittenAndReadAlike(byte[] bytes) {
        JournalEntry entry;
        try {
            entry = EntryCodec.decode(bytes, JournalStore.FORMAT);
        } catch (RuntimeException refused) {
            return;
        }
        byte[] written = EntryCodec.encode(entry);
        JournalEntry again = EntryCodec.decode(written, JournalStore.FORMAT);
        assertThat(again.toString()).isEqualTo(entry.toString());
        assertThat(EntryCodec.encode(again)).isEqualTo(written);
    }
}
