package io.vmha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsolationLimitTest {
    @TempDir
    Path folder;

    private int boots;

    /** As another boot of the machine, whatever ended the one before. */
    private IsolationLimit boot() throws IOException {
        boots++;
        return start();
    }

    private IsolationLimit start() throws IOException {
        Path id = Files.writeString(folder.resolve("boot_id"), "boot-" + boots + "\n");
        return IsolationLimit.start(folder, 2, id);
    }

    @Test
    void aMachineThatIsolatesItselfAtEachStartStaysUpTheThirdTimeAndSaysSo() throws IOException {
        assertThat(boot().refusal()).isEmpty();
        assertThat(boot().refusal()).isEmpty();
        assertThat(boot().refusal()).hasValueSatisfying(why -> assertThat(why).contains("isolated 2 times in a row"));
        assertThat(boot().refusal()).isPresent();
    }

    @Test
    void aMonitorThatIsStartedAgainInOneBootCountsOnce() throws IOException {
        boot();
        start();
        start();
        assertThat(boot().refusal()).isEmpty();
        start();
        assertThat(boot().refusal()).isPresent();
        assertThat(start().refusal()).isPresent();
    }

    @Test
    void aMachineThatRanWithoutAFaultOrWasStoppedInOrderBeginsANewRow() throws IOException {
        boot();
        boot();
        IsolationLimit third = boot();
        third.settled();
        assertThat(third.refusal()).isEmpty();
        assertThat(boot().refusal()).isEmpty();
        boot();
        boot().stoppedInOrder();
        assertThat(boot().refusal()).isEmpty();
    }

    @Test
    void aStopThatFollowsAnIsolationTakesNothingBack() throws IOException {
        for (int isolations = 0; isolations < 2; isolations++) {
            IsolationLimit limit = boot();
            assertThat(limit.refusal()).isEmpty();
            limit.isolating();
            limit.stoppedInOrder();
        }
        assertThat(boot().refusal()).isPresent();
    }

    @Test
    void whereIsolationsCannotBeCountedNoneIsBegun() throws IOException {
        Files.createFile(folder.resolve(".vmha-monitor"));
        assertThat(boot().refusal()).hasValueSatisfying(why -> assertThat(why).contains("cannot be counted"));
        assertThat(IsolationLimit.start(folder, 2, folder.resolve("no-boot-id")).refusal())
                .isPresent();
        assertThatIllegalArgumentException().isThrownBy(() -> IsolationLimit.start(folder, 0));
    }

    @Test
    void aTornRecordCountsAsOneIsolation() throws IOException {
        boot();
        Files.writeString(folder.resolve(".vmha-monitor/isolations"), "\0\0\0");
        assertThat(boot().refusal()).isEmpty();
        assertThat(boot().refusal()).isPresent();
        Files.writeString(folder.resolve(".vmha-monitor/isolations"), "9".repeat(100_000));
        assertThat(boot().refusal()).isEmpty();
    }

    @Test
    void theMonitorReportsButDoesNotIsolateOverTheLimitAndBeginsANewRowOnceItIsHealthyForLong() throws IOException {
        boot();
        boot();
        VirtualMonitorTime time = new VirtualMonitorTime();
        time.sleep(Duration.ofDays(1));
        List<MonitorEvent> events = new ArrayList<>();
        List<ProbeResult> found = new ArrayList<>(List.of(ProbeResult.failed(GuestFault.IO_ERROR, "broken")));
        FaultMonitor monitor = FaultMonitor.builder()
                .scheduler(time)
                .limit(boot())
                .watch(Watch.builder()
                        .name("disk")
                        .probe(() -> found.get(found.size() - 1))
                        .threshold(1)
                        .build())
                .isolation(fault -> {})
                .listener(events::add)
                .build();
        monitor.start();
        time.pass(Duration.ofMinutes(25));
        assertThat(events).noneMatch(MonitorEvent.Isolating.class::isInstance);
        assertThat(events)
                .filteredOn(MonitorEvent.IsolationWithheld.class::isInstance)
                .hasSize(1);
        assertThat(events).filteredOn(MonitorEvent.Reported.class::isInstance).hasSize(1);
        found.add(ProbeResult.healthy("fine"));
        time.pass(Duration.ofMinutes(25));
        found.add(ProbeResult.failed(GuestFault.IO_ERROR, "broken"));
        time.pass(Duration.ofSeconds(10));
        assertThat(events).anyMatch(MonitorEvent.Isolated.class::isInstance);
    }
}
