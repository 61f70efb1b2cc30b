package io.vmha.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.PlanJournal;
import io.vmha.testkit.contract.JournalText;
import io.vmha.testkit.contract.RandomEntries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for a journal that is believed though nobody wrote it: {@code mvn -Pfull -pl ha-core/journal test}. */
@Tag("fuzz")
class JournalFuzzTest {
    private static final int LARGEST_RUN = 512;

    /** A journal as a center left it: the store, and the mark of the last write. */
    private record Left(byte[] store, byte[] mark, List<String> held) {}

    private static final Left LEFT = left();

    private static Path folder() throws IOException {
        return Files.createTempDirectory(Path.of("/dev/shm"), "vmha-fuzz");
    }

    private static Left left() {
        try {
            Path folder = folder();
            List<String> held;
            try (PlanJournal journal = DurablePlanJournal.in(folder)) {
                journal.open(1);
                journal.write(1, new RandomEntries(3).upTo(20));
                held = JournalText.of(journal.open(1));
            }
            Left left = new Left(
                    Files.readAllBytes(folder.resolve(JournalDirectory.STORE)),
                    Files.readAllBytes(folder.resolve(JournalDirectory.MARK)),
                    held);
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
            return left;
        } catch (IOException full) {
            throw new IllegalStateException(full);
        }
    }

    @FuzzTest(maxDuration = "1m")
    void aJournalThatSomethingWroteIntoIsRefusedOrHoldsAllThatItHeld(FuzzedDataProvider data) throws IOException {
        byte[] store = LEFT.store.clone();
        int runs = data.consumeInt(1, 4);
        for (int i = 0; i < runs; i++) {
            int at = data.consumeInt(0, store.length - 1);
            byte[] written = data.consumeBytes(LARGEST_RUN);
            System.arraycopy(written, 0, store, at, Math.min(written.length, store.length - at));
        }
        if (data.consumeBoolean()) {
            store = Arrays.copyOf(store, data.consumeInt(0, store.length));
        }
        Path folder = folder();
        try {
            Files.write(folder.resolve(JournalDirectory.STORE), store);
            Files.write(folder.resolve(JournalDirectory.MARK), LEFT.mark);
            try (PlanJournal journal = DurablePlanJournal.in(folder)) {
                assertThat(JournalText.of(journal.open(1))).isEqualTo(LEFT.held);
            } catch (JournalException.Unreadable refused) {
                assertThat(refused).hasMessageContaining(JournalDirectory.STORE);
                assertThat(folder.resolve(JournalDirectory.STORE)).hasBinaryContent(store);
            }
        } finally {
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
