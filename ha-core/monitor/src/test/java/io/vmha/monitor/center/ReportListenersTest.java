package io.vmha.monitor.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.HaEvent;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.SecondLook;
import io.vmha.fault.FaultKind;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.monitor.report.GuestFault;
import io.vmha.monitor.report.GuestReport;
import io.vmha.monitor.report.ReportListener;
import io.vmha.monitor.report.ReportOutcome;
import io.vmha.monitor.report.VmName;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReportListenersTest {
    private static final VmId NEW = VmId.of("mw9");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final VirtualTime time = new VirtualTime();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final List<HaEvent> events = new ArrayList<>();
    private final ManagementCenter center = ManagementCenter.builder()
            .adapter(datacenter.hypervisor())
            .trafficDirector(datacenter.trafficDirector())
            .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
            .fencingDevice(datacenter.fencingDevice())
            .inventory(reference)
            .scheduler(time)
            .detection(DetectionConfig.defaults(), (vm, host, deadline) -> SecondLook.NO_SIGN_OF_LIFE)
            .listener(events::add)
            .build();
    private final ReportListener reports = ReportListeners.of(center::accept, center::heartbeat);

    private CompletableFuture<ReportOutcome> report(VmId vm, long sequence) {
        CompletableFuture<ReportOutcome> outcome = reports.fault(new GuestReport(
                        name(vm), GuestFault.IO_ERROR, Instant.EPOCH, "monitor:" + vm + "/k1", sequence))
                .toCompletableFuture();
        time.advanceTo(time.now().plusSeconds(60));
        return outcome;
    }

    private static VmName name(VmId vm) {
        return VmName.of(vm.value());
    }

    @Test
    void aMonitorsReportMovesItsVmsRequests() {
        VmId db3 = VmId.of("db3");
        assertThat(report(db3, 1)).isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);

        assertThat(datacenter.routes()).containsEntry(db3, VmId.of("db1"));
    }

    /** The guest's types are its own, so that it carries no center: they say the same all the same. */
    @Test
    void whatAGuestCanReportIsWhatACenterKnowsOfVms() {
        assertThat(Stream.of(GuestFault.values()).map(GuestFault::name))
                .containsExactlyElementsOf(Stream.of(FaultKind.values())
                        .filter(kind -> kind.scope() == FaultKind.Scope.VM)
                        .map(FaultKind::name)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("names")
    void aVmIsNamedInAGuestAsInTheInventory(String text) {
        Optional<String> inTheInventory = accepted(() -> VmId.of(text).value());

        assertThat(accepted(() -> VmName.of(text).value())).isEqualTo(inTheInventory);
    }

    static Stream<String> names() {
        Random random = new Random(7);
        Stream<String> drawn = Stream.generate(() -> random.ints(1 + random.nextInt(4), 0, Character.MAX_CODE_POINT + 1)
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining()))
                .limit(2_000);
        return Stream.concat(
                drawn,
                Stream.of(
                                "",
                                " ",
                                "mw1",
                                "e\u0301",
                                "\u00e9",
                                "a\nb",
                                "\u202e",
                                "\ud800",
                                "x".repeat(255),
                                "x".repeat(256))
                        .flatMap(text -> Stream.of(text, "e\u0301".repeat(255) + text, text + "\u2028")));
    }

    private static Optional<String> accepted(Supplier<String> name) {
        try {
            return Optional.of(name.get());
        } catch (IllegalArgumentException refused) {
            return Optional.empty();
        }
    }

    @Test
    void aReportOfAVmThatIsNotInTheInventoryYetIsTakenOnceItIsAndNotConfirmedBefore() {
        assertThat(report(NEW, 1)).isCompletedWithValue(ReportOutcome.UNKNOWN_VM);
        center.update(
                inventory -> inventory.with(inventory.requireVm(VmId.of("mw1")).withId(NEW)));
        time.advanceTo(time.now().plusSeconds(1));

        assertThat(report(NEW, 1)).isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);
    }

    @Test
    void whatAVmOnlyTellsMovesNothingAndPowersNothingOff() {
        // The databases are read first.
        time.advanceTo(time.now().plusSeconds(5));
        List<VirtualMachine> before = List.copyOf(center.inventory().vms());
        Map<VmId, VmId> routes = datacenter.routes();
        List<GuestReport> told = new ArrayList<>();
        ReportListener listener = ReportListeners.of(center::accept, center::heartbeat, told::add);
        for (GuestFault kind : GuestFault.values()) {
            for (VirtualMachine vm : reference.vms()) {
                GuestReport advisory =
                        new GuestReport(name(vm.id()), kind, Instant.EPOCH, "monitor:" + vm.id() + "/k1", 7);
                assertThat(listener.advisory(advisory).toCompletableFuture())
                        .isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);
                assertThat(reports.advisory(advisory).toCompletableFuture())
                        .isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);
                time.advanceTo(time.now().plusSeconds(60));
            }
        }

        assertThat(told).hasSize(GuestFault.values().length * reference.vms().size());
        assertThat(datacenter.routes()).isEqualTo(routes);
        assertThat(events).isEmpty();
        assertThat(center.inventory().vms()).containsExactlyElementsOf(before);
    }

    @Test
    void aReportIsConfirmedOnceAndAgainButNeverWhenItIsStale() {
        VmId mw1 = VmId.of("mw1");
        assertThat(report(mw1, 5)).isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);
        assertThat(report(mw1, 5)).isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);
        assertThat(report(mw1, 4)).isCompletedWithValue(ReportOutcome.STALE);
    }

    @Test
    void aVmWhoseClockIsSetBackIsNotSilent() {
        VmId mw1 = VmId.of("mw1");
        for (int second = 0; second < 60; second++) {
            boolean isSetBack = second >= 30;
            reference.vms().stream()
                    .map(VirtualMachine::id)
                    .forEach(vm ->
                            reports.heartbeat(name(vm), time.now().minusSeconds(isSetBack && vm.equals(mw1) ? 20 : 0)));
            time.advanceTo(time.now().plusSeconds(1));
        }

        assertThat(events).isEmpty();
    }
}
