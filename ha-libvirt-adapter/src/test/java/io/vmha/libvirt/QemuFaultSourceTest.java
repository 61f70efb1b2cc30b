package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.CallContext;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostHealth;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Faults that really happen to real hosts and guests, and what is reported of them. */
@Tag("lab")
class QemuFaultSourceTest {
    private static final VmId VM1 = VmId.of("vm1");

    private static final String[] OPEN_A_FILE = {
        "qemu-agent-command", "vm1", "{\"execute\":\"guest-file-open\",\"arguments\":{\"path\":\"/proc/uptime\"}}"
    };

    private final List<FaultReport> reports = new CopyOnWriteArrayList<>();
    private Lab lab;
    private LibvirtAdapter adapter;
    private LibvirtFaultSource source;

    @BeforeEach
    void begin() {
        lab = Lab.shared();
        lab.resetTo("vm1", Lab.H1);
        adapter = lab.adapter().build();
        adapter.discover(call());
        watch(Duration.ofSeconds(8));
    }

    private void watch(Duration hungAfter) {
        watch(settings().hungAfter(hungAfter));
    }

    private void watch(FaultWatch.Builder settings) {
        source = adapter.watch(settings.build(), InstantSource.system(), reports::add);
    }

    private static FaultWatch.Builder settings() {
        return FaultWatch.builder()
                .probeInterval(Duration.ofMillis(250))
                .probeTimeout(Duration.ofSeconds(1))
                .silentProbes(2)
                .hostInterval(Duration.ofMillis(500));
    }

    @AfterEach
    void end() {
        source.close();
        adapter.close();
    }

    @Test
    void aFilesystemThatFlipsReadOnlyIsReportedOnce() {
        lab.awaitAgent(Lab.H1, "vm1");
        lab.inGuest(Lab.H1, "vm1", "echo 1 > /sys/fs/ext4/vda/trigger_fs_error");
        assertThat(reported(FaultKind.FILESYSTEM_READ_ONLY).subject().toString())
                .isEqualTo("vm1");
        assertThat(reports).extracting(FaultReport::kind).containsOnlyOnce(FaultKind.FILESYSTEM_READ_ONLY);
    }

    @Test
    void aFilesystemThatFlipsReadOnlyIsFoundThroughAnAgentThatOpensNoFilesButRunsCommands() {
        lab.awaitAgent(Lab.H1, "vm1");
        lab.inGuest(Lab.H1, "vm1", "echo -b guest-file-open > /run/qga.options; killall qemu-ga");
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !lab.virshSucceeds(Lab.H1, OPEN_A_FILE));
        lab.awaitAgent(Lab.H1, "vm1");
        lab.inGuest(Lab.H1, "vm1", "echo 1 > /sys/fs/ext4/vda/trigger_fs_error");
        assertThat(reported(FaultKind.FILESYSTEM_READ_ONLY).subject().toString())
                .isEqualTo("vm1");
    }

    @Test
    void aGuestInWhichNothingRunsAnyMoreIsReportedAsHung() {
        source.close();
        watch(Duration.ofSeconds(3));
        lab.awaitAgent(Lab.H1, "vm1");
        awaitProbed();
        lab.inGuest(Lab.H1, "vm1", "sleep 2; kill -STOP -1");
        assertThat(reported(FaultKind.GUEST_HUNG, Duration.ofMinutes(5))
                        .subject()
                        .toString())
                .isEqualTo("vm1");
        adapter.powerOff(VM1, Duration.ZERO, call());
        assertThat(adapter.powerState(VM1, call())).isEqualTo(PowerState.OFF);
    }

    @Test
    void aGuestThatWorksWhileItsAgentIsStoppedIsNotHung() {
        lab.awaitAgent(Lab.H1, "vm1");
        awaitProbed();
        lab.inGuest(Lab.H1, "vm1", "sleep 1; killall -STOP qemu-ga");
        Awaitility.await()
                .during(Duration.ofSeconds(20))
                .atMost(Duration.ofSeconds(25))
                .until(reports::isEmpty);
    }

    @Test
    void aGuestThatRestartsIsNotHungAndIsWatchedAgainAfterwards() {
        lab.awaitAgent(Lab.H1, "vm1");
        awaitProbed();
        lab.inGuest(Lab.H1, "vm1", "sleep 1; reboot -f");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !source.hasHeardFrom(VM1));
        awaitProbed();
        assertThat(reports).isEmpty();
    }

    @Test
    void aKernelPanicIsReportedAsAHungGuest() {
        lab.awaitAgent(Lab.H1, "vm1");
        lab.inGuest(Lab.H1, "vm1", "sleep 1; echo c > /proc/sysrq-trigger");
        reported(FaultKind.GUEST_HUNG);
    }

    @Test
    void aQemuThatIsKilledIsReportedAsPoweredOffButOneThatIsPoweredOffByUsIsNot() {
        lab.signal("KILL", lab.pid(Lab.H1, "guest=vm1"));
        reported(FaultKind.POWERED_OFF);
        assertThat(adapter.powerState(VM1, call())).isEqualTo(PowerState.OFF);
        reports.clear();

        adapter.powerOn(VM1, Lab.H1, call());
        adapter.powerOff(VM1, Duration.ZERO, call());
        adapter.powerOn(VM1, Lab.H1, call());
        lab.signal("KILL", lab.pid(Lab.H1, "guest=vm1"));
        reported(FaultKind.POWERED_OFF);
        assertThat(reports).hasSize(1);
    }

    @Test
    void aSourceThatIsStartedAnewCountsOnFromWhereTheOneBeforeEnded() {
        lab.signal("KILL", lab.pid(Lab.H1, "guest=vm1"));
        long before = reported(FaultKind.POWERED_OFF).sequence();
        source.close();
        reports.clear();

        source = adapter.watch(FaultWatch.defaults(), InstantSource.system(), reports::add);
        adapter.powerOn(VM1, Lab.H1, call());
        lab.signal("KILL", lab.pid(Lab.H1, "guest=vm1"));
        assertThat(reported(FaultKind.POWERED_OFF).sequence()).isGreaterThan(before);
    }

    @Test
    void aDiskThatAnswersWithErrorsIsReportedAndItsMachineCanBePoweredOff() {
        try (NbdDisk disk = NbdDisk.serve(lab)) {
            lab.virsh(Lab.H2, "define", disk.domainXml("vm7").toString());
            lab.virsh(Lab.H2, "start", "vm7");
            lab.awaitAgent(Lab.H2, "vm7");
            adapter.discover(call());
            disk.fail();
            assertThat(reported(FaultKind.IO_ERROR).subject().toString()).isEqualTo("vm7");
            assertThat(adapter.powerState(VmId.of("vm7"), call())).isEqualTo(PowerState.SUSPENDED);
            adapter.powerOff(VmId.of("vm7"), Duration.ofSeconds(1), call());
            assertThat(adapter.powerState(VmId.of("vm7"), call())).isEqualTo(PowerState.OFF);
        }
    }

    @Test
    void aHostThatHangsIsReportedWithinKeepalivesTimeAndHoldsUpNoOther() {
        awaitHostsRead();
        long libvirtd = lab.pid(Lab.H3, "libvirtd");
        long begun = System.nanoTime();
        lab.signal("STOP", libvirtd);
        try {
            assertThat(reported(FaultKind.HOST_UNREACHABLE).subject().toString())
                    .isEqualTo("h3");
            // 2 pings of 1 second each go unanswered, then 2 seconds to connect again
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
            long other = System.nanoTime();
            assertThat(adapter.powerState(VM1, call())).isEqualTo(PowerState.ON);
            assertThat(Duration.ofNanos(System.nanoTime() - other)).isLessThan(Duration.ofSeconds(1));
            assertThat(adapter.discover(CallContext.within(Duration.ofSeconds(2)))
                            .toInventory()
                            .requireHost(Lab.H3)
                            .health())
                    .isEqualTo(HostHealth.UNREACHABLE);
        } finally {
            lab.signal("CONT", libvirtd);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> adapter.discover(call())
                                .toInventory()
                                .requireHost(Lab.H3)
                                .health()
                        == HostHealth.UP);
    }

    @Test
    void aDaemonThatIsRestartedInTimeIsNoFaultAndItsHostIsConnectedToAgain() {
        source.close();
        // On a busy machine it takes seconds until a daemon that was killed answers again.
        watch(settings().hostTimeout(Duration.ofSeconds(60)));
        awaitHostsRead();
        lab.signal("KILL", lab.pid(Lab.H3, "libvirtd"));
        lab.restartDaemons(Lab.H3);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> adapter.discover(call())
                                .toInventory()
                                .requireHost(Lab.H3)
                                .health()
                        == HostHealth.UP);
        assertThat(reports).isEmpty();
    }

    @Test
    void aHostWhosePlugIsPulledIsReportedAsUnreachable() {
        awaitHostsRead();
        lab.pullPlug(Lab.H3);
        assertThat(reported(FaultKind.HOST_UNREACHABLE).subject().toString()).isEqualTo("h3");
        lab.up();
    }

    private void awaitHostsRead() {
        adapter.discover(call());
        assertThat(reports).isEmpty();
    }

    /** Waits until probes have read the guest, which a fault that is found by comparison needs. */
    private void awaitProbed() {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> source.hasHeardFrom(VM1));
    }

    private FaultReport reported(FaultKind kind) {
        return reported(kind, Duration.ofSeconds(30));
    }

    private FaultReport reported(FaultKind kind, Duration within) {
        Awaitility.await()
                .atMost(within)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> reports.stream().anyMatch(report -> report.kind() == kind));
        return reports.stream()
                .filter(report -> report.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(20));
    }
}
