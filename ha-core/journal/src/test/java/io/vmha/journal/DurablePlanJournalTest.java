package io.vmha.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vmha.Fixtures;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.contract.JournalText;
import io.vmha.testkit.contract.RandomEntries;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurablePlanJournalTest {
    private static final int BLOCK = 4096;
    private static final int HEAD = 48;

    @TempDir
    private Path directory;

    @AfterEach
    void theDiskIsWellAgain() {
        FullDisk.is(false);
        FullDisk.cannotBeForced(false);
    }

    @Test
    void whatWasAcknowledgedIsThereAfterTheProcessWasKilled() throws Exception {
        for (int round = 1; round <= 3; round++) {
            long acknowledged = runUntilKilled(round, 100L * round);

            try (PlanJournal journal = DurablePlanJournal.in(directory)) {
                JournalState left = journal.open(round);
                assertThat(left.lastPlan()).isGreaterThanOrEqualTo(acknowledged);
                assertThat(left.open()).hasSize((int) left.lastPlan());
            }
        }
    }

    private long runUntilKilled(int epoch, long plans) throws IOException, InterruptedException {
        Path printed = directory.resolve("printed-" + epoch);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        JournalKillMain.class.getName(),
                        directory.toString(),
                        Integer.toString(epoch))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(printed.toFile())
                .start();
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> lastLine(printed) >= plans);
        } finally {
            process.destroyForcibly().waitFor();
        }
        return lastLine(printed);
    }

    /** The last whole line, 0 if there is none. */
    private static long lastLine(Path file) throws IOException {
        String text = Files.readString(file);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1).stripTrailing();
        return whole.isEmpty() ? 0 : Long.parseLong(whole.substring(whole.lastIndexOf('\n') + 1));
    }

    @Test
    void aSecondCenterIsRefusedWithTheLockNamed() {
        try (PlanJournal held = DurablePlanJournal.in(directory)) {
            assertThatThrownBy(() -> DurablePlanJournal.in(directory))
                    .isInstanceOf(JournalException.Locked.class)
                    .hasMessageContaining(directory.resolve("journal.lock").toString());
            assertThat(held.open(1)).isEqualTo(JournalState.empty());
        }
        DurablePlanJournal.in(directory).close();
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsRefusedByName() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "in the way");

        assertThatThrownBy(() -> DurablePlanJournal.in(file.resolve("journal")))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("cannot be written to");
    }

    @Test
    void aJournalThatWasCutShortIsRefusedAndKeptAside() throws IOException {
        List<String> before = filled(1);
        Path store = directory.resolve("journal.mv");
        byte[] whole = Files.readAllBytes(store);
        for (int percent : new int[] {0, 10, 50, 90, 99}) {
            int length = (int) (whole.length * (long) percent / 100);
            Files.write(store, Arrays.copyOf(whole, length));
            assertRefusedUntouched(store);
        }
        Files.write(store, whole);
        assertThat(reopened()).isEqualTo(before);
    }

    @Test
    void aJournalThatWasCutShortIsRefusedThoughItsLockFileWasDeleted() throws IOException {
        List<String> before = filled(1);
        Path store = directory.resolve("journal.mv");
        byte[] whole = Files.readAllBytes(store);
        int refused = 0;
        for (int length = 4096; length < whole.length; length += 4096) {
            Files.delete(directory.resolve("journal.lock"));
            Files.write(store, Arrays.copyOf(whole, length));
            assertRefusedUntouched(store);
            refused++;
        }
        assertThat(refused).isPositive();
        Files.delete(directory.resolve("journal.lock"));
        Files.write(store, whole);
        assertThat(reopened()).isEqualTo(before);
    }

    @Test
    void aJournalWithoutItsMarkIsRefusedByName() throws IOException {
        List<String> before = filled(1);
        byte[] mark = Files.readAllBytes(directory.resolve("journal.mark"));
        Files.delete(directory.resolve("journal.mark"));

        assertRefusedUntouched(directory.resolve("journal.mv"));
        assertThatThrownBy(() -> DurablePlanJournal.in(directory)).hasMessageContaining("journal.mark");
        Files.write(directory.resolve("journal.mark"), mark);
        assertThat(reopened()).isEqualTo(before);
    }

    @Test
    void aJournalThatWasMadeAndNeverWrittenToNeedsNoMarkYet() throws IOException {
        DurablePlanJournal.in(directory).close();
        Files.delete(directory.resolve("journal.mark"));

        try (PlanJournal journal = DurablePlanJournal.in(directory)) {
            assertThat(Files.size(directory.resolve("journal.mark"))).isEqualTo(Long.BYTES);
            assertThat(journal.open(1)).isEqualTo(JournalState.empty());
        }
    }

    @Test
    void aJournalThatIsMissingIsRefused() throws IOException {
        filled(1);
        Files.delete(directory.resolve("journal.mv"));

        assertThatThrownBy(() -> DurablePlanJournal.in(directory))
                .isInstanceOf(JournalException.Unreadable.class)
                .hasMessageContaining("is missing");
    }

    @Test
    void anOlderCopyOfTheJournalIsRefused() throws IOException {
        filled(1);
        byte[] older = Files.readAllBytes(directory.resolve("journal.mv"));
        try (PlanJournal journal = DurablePlanJournal.in(directory)) {
            journal.open(2);
            journal.write(2, new RandomEntries(7).upTo(20));
        }
        Files.write(directory.resolve("journal.mv"), older);

        assertRefusedUntouched(directory.resolve("journal.mv"));
    }

    @Test
    void aDamagedJournalIsRefusedOrHoldsAllThatItHeld() throws IOException {
        List<String> before = filled(3);
        Path store = directory.resolve("journal.mv");
        byte[] whole = Files.readAllBytes(store);
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 150; i++) {
            byte[] damaged = whole.clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(store, damaged);
            try {
                assertThat(reopened()).as("byte %s", at).isEqualTo(before);
            } catch (JournalException.Unreadable expected) {
                refused++;
                assertThat(expected).hasMessageContaining(store.toString());
                assertThat(Files.readAllBytes(store)).isEqualTo(damaged);
            }
            copies().forEach(copy -> copy.toFile().delete());
            mark(whole);
        }
        assertThat(refused).isPositive();
    }

    /** No sum is kept of where the store's parts begin. */
    @Test
    void damageOfTheLayoutThatOnlyAWriteWouldMeetIsRefusedBeforeAnythingIsWritten() throws IOException {
        List<String> before = filled(3);
        Path store = directory.resolve("journal.mv");
        byte[] whole = Files.readAllBytes(store);
        int refused = 0;
        for (int head = 0; head < whole.length; head += BLOCK) {
            for (int at = head; at < head + HEAD; at++) {
                char changed = whole[at] == '0' ? 'f' : '0';
                byte[] damaged = whole.clone();
                damaged[at] = (byte) changed;
                Files.write(store, damaged);
                try {
                    assertThat(reopened()).as("%s at %s", changed, at).isEqualTo(before);
                } catch (JournalException unusable) {
                    refused++;
                    assertThat(unusable)
                            .as("%s at %s", changed, at)
                            .isInstanceOf(JournalException.Unreadable.class)
                            .hasMessageContaining("left as it is");
                    assertThat(Files.readAllBytes(store)).isEqualTo(damaged);
                    assertThat(copies()).hasSize(1);
                }
                copies().forEach(copy -> copy.toFile().delete());
                mark(whole);
            }
        }
        assertThat(refused).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aJournalWhoseHeadWasChangedIsRefused(int number) throws IOException {
        filled(1);
        Path store = directory.resolve("journal.mv");
        try (MVStore changed = new MVStore.Builder().fileName(store.toString()).open()) {
            MVMap<String, byte[]> records = changed.openMap(
                    "journal",
                    new MVMap.Builder<String, byte[]>()
                            .keyType(org.h2.mvstore.type.StringDataType.INSTANCE)
                            .valueType(org.h2.mvstore.type.ByteArrayDataType.INSTANCE));
            byte[] head = records.get("").clone();
            // Past the format: the number of the write, the epoch, the last plan and the sum.
            head[number * Long.BYTES + 4] ^= 1;
            records.put("", head);
        }

        assertRefusedUntouched(store);
    }

    /** Sets the mark back, which reading a journal over moves on. */
    private void mark(byte[] whole) throws IOException {
        Files.write(directory.resolve("journal.mv"), whole);
        try (FileChannel mark = FileChannel.open(directory.resolve("journal.mark"), StandardOpenOption.WRITE);
                JournalStore found =
                        JournalStore.toRead(directory.resolve("journal.mv").toString())) {
            mark.write(ByteBuffer.allocate(Long.BYTES).putLong(0, found.write()), 0);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, JournalStore.FORMAT + 1})
    void aJournalOfAnotherVersionIsRefusedByNameAndKeptAside(long version) throws IOException {
        filled(1);
        Path store = directory.resolve("journal.mv");
        try (MVStore newer = new MVStore.Builder().fileName(store.toString()).open()) {
            MVMap<String, byte[]> records = newer.openMap(
                    "journal",
                    new MVMap.Builder<String, byte[]>()
                            .keyType(org.h2.mvstore.type.StringDataType.INSTANCE)
                            .valueType(org.h2.mvstore.type.ByteArrayDataType.INSTANCE));
            records.put("", new ValueOutput().number(version).bytes());
        }

        assertThatThrownBy(() -> DurablePlanJournal.in(directory))
                .isInstanceOf(JournalException.Unreadable.class)
                .hasMessageContaining("format version " + version)
                .hasMessageContaining("knows version " + JournalStore.FORMAT + " only");
        assertThat(copies()).hasSize(1);
    }

    @Test
    void aFullDiskLosesNothingAndIsWrittenToAgainOnceThereIsRoom() {
        InMemoryPlanJournal model = new InMemoryPlanJournal();
        RandomEntries random = new RandomEntries(11);
        try (PlanJournal journal = DurablePlanJournal.in(directory, FullDisk::file)) {
            journal.open(1);
            for (int i = 0; i < 20; i++) {
                List<JournalEntry> entries = random.upTo(20);
                FullDisk.is(i % 3 == 1);
                FullDisk.cannotBeForced(i % 3 == 2);
                if (i % 3 > 0) {
                    assertThatThrownBy(() -> journal.write(1, entries)).isInstanceOf(JournalException.class);
                }
                FullDisk.is(false);
                FullDisk.cannotBeForced(false);
                journal.write(1, entries);
                model.write(1, entries);
                if (i % 3 == 2) {
                    // What was not forced may be there all the same, and then it is written a second time.
                    model.write(1, entries);
                }
            }
        }
        assertThat(reopened()).isEqualTo(JournalText.of(model.open(1)));
    }

    @Test
    void aCenterOnAFullDiskStartsNothingStaysAliveAndGoesOnOnceThereIsRoom() {
        SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
        try (PlanJournal journal = DurablePlanJournal.in(directory, FullDisk::file);
                ManagementCenter center = ManagementCenter.builder()
                        .adapter(datacenter.hypervisor())
                        .trafficDirector(datacenter.trafficDirector())
                        .inventory(Fixtures.referenceEmbodiment())
                        .journal(journal)
                        .build()) {
            FullDisk.is(true);
            CompletionStage<DecisionOutcome> outcome = center.submit(Fixtures.readOnly("db3"));
            await().until(() -> join(center.health()).journalFailingSince().isPresent());

            assertThat(datacenter.actual()).isEqualTo(Fixtures.referenceEmbodiment());
            assertThat(outcome.toCompletableFuture()).isNotDone();

            FullDisk.is(false);
            assertThat(join(outcome).isCarriedOut()).isTrue();
            assertThat(join(center.health()).journalFailingSince()).isEmpty();
            assertThat(datacenter.routes()).containsEntry(VmId.of("db3"), VmId.of("db1"));
        }
    }

    private static <T> T join(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        await().until(future::isDone);
        return future.join();
    }

    @Test
    void itGrowsWithWhatIsOpenAndNotWithTime() throws IOException {
        try (PlanJournal journal = DurablePlanJournal.in(directory)) {
            journal.open(1);
            for (int plan = 1; plan <= 400; plan++) {
                journal.write(1, List.of(JournalKillMain.opened(plan)));
                journal.write(1, List.of(new JournalEntry.PlanClosed(new PlanId(plan))));
            }
        }
        assertThat(Files.size(directory.resolve("journal.mv"))).isLessThan(16 << 20);
    }

    private List<String> filled(int writes) {
        RandomEntries random = new RandomEntries(3);
        try (PlanJournal journal = DurablePlanJournal.in(directory)) {
            JournalState unused = journal.open(1);
            for (int i = 0; i < writes; i++) {
                journal.write(1, random.upTo(30));
            }
        }
        return reopened();
    }

    private List<String> reopened() {
        try (PlanJournal journal = DurablePlanJournal.in(directory)) {
            return JournalText.of(journal.open(1));
        }
    }

    private List<Path> copies() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().contains(".unreadable-"))
                    .toList();
        }
    }

    private void assertRefusedUntouched(Path store) throws IOException {
        byte[] content = Files.readAllBytes(store);
        assertThatThrownBy(() -> DurablePlanJournal.in(directory))
                .isInstanceOf(JournalException.Unreadable.class)
                .hasMessageContaining(store.toString())
                .hasMessageContaining("left as it is");
        assertThat(Files.readAllBytes(store)).isEqualTo(content);
        assertThat(copies()).anySatisfy(copy -> assertThat(copy).hasBinaryContent(content));
    }
}
