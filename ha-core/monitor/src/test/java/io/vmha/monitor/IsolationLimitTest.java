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
        return IsolationLimit.start(folder, 2, bootId());
    }

    private Path bootId() throws IOException {
        return Files.writeString(folder.resolve("boot_id"), "boot-" + boots + "\n");
    }

    @Test
    void aMonitorCountsItsVmsIsolationsWithoutBeingToldTo() throws IOException {
        List<String> effects = new ArrayList<>();
        for (boots = 1; boots <= 4; boots++) {
            int boot = boots;
            VirtualMonitorTime time = new VirtualMonitorTime();
            FaultMonitor monitor = FaultMonitor.builder()
                    .scheduler(time)
                    .stateFolder(folder.resolve("made"))
                    .bootId(bootId())
                    .watch(Watch.builder()
                            .name("disk")
                            .probe(() -> ProbeResult.failed(GuestFault.IO_ERROR, "broken"))
                            .threshold(1)
                            .build())
                    .isolation(fault -> effects.add("isolated in boot " + boot))
                    .listener(event -> {
                        if (event instanceof MonitorEvent.IsolationWithheld withheld) {
                            effects.add("withheld in boot " + boot + ": " + withheld.why());
                        }
                    })
                    .build();
            monitor.start();
            time.pass(Duration.ofSeconds(90));
            monitor.close();
        }
        assertThat(effects)
                .hasSize(4)
                .startsWith("isolated in boot 1", "isolated in boot 2")
                .element(2)
                .asString()
                .startsWith("withheld in boot 3: isolated 2 times in a row");
        assertThat(folder.resolve("made/.vmha-monitor/isolations")).exists();
    }

    @Test
    void aMonitorThatIsStoppedInOrderBeginsANewRow() throws IOException {
        for (boots = 1; boots <= 4; boots++) {
            VirtualMonitorTime time = new VirtualMonitorTime();
            FaultMonitor monitor = FaultMonitor.builder()
                    .scheduler(time)
                    .stateFolder(folder)
                    .bootId(bootId())
                    .watch(Watch.of("disk", () -> ProbeResult.healthy("fine")))
                    .isolation(fault -> {})
                    .build();
            monitor.start();
            time.pass(Duration.ofSeconds(90));
            monitor.close();
        }
        assertThat(start().refusal()).isEmpty();
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
        boot().stopped();
        assertThat(boot().refusal()).isEmpty();
    }

    @Test
    void aStopThatFollowsAnIsolationTakesNothingBack() throws IOException {
        for (int isolations = 0; isolations < 2; isolations++) {
            IsolationLimit limit = boot();
            assertThat(limit.refusal()).isEmpty();
            limit.isolating();
            limit.stopped();
        }
        assertThat(boot().refusal()).isPresent();
    }

    @Test
    void whereIsolationsCannotBeCountedNoneIsBegun() throws IOException {
        Files.createFile(folder.resolve(".vmha-monitor"));
        assertThat(boot().refusal()).hasValueSatisfying(why -> assertThat(why).contains("cannot be counted"));
        assertThat(IsolationLimit.start(folder, 2, folder.resolve("no-boot-id")).refusal())
                .isPresent();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IsolationLimit.start(folder, 0, folder.resolve("boot_id")));
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
        boots++;
        VirtualMonitorTime time = new VirtualMonitorTime();
        time.sleep(Duration.ofDays(1));
        List<MonitorEvent> events = new ArrayList<>();
        List<ProbeResult> found = new ArrayList<>(List.of(ProbeResult.failed(GuestFault.IO_ERROR, "broken")));
        FaultMonitor monitor = FaultMonitor.builder()
                .scheduler(time)
                .stateFolder(folder)
                .bootId(bootId())
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
