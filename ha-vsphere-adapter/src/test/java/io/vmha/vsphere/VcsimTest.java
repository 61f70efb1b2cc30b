package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmClassifier;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.sim.SimulatedDatacenter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the contract does not ask, on VMware's API simulator. */
@Tag("lab")
class VcsimTest {
    private static final VmId VM = VmId.of("primary-h1-vm1");
    private static Vcsim vcsim;

    @BeforeAll
    static void begin() {
        vcsim = Vcsim.small();
    }

    @AfterAll
    static void end() {
        vcsim.close();
    }

    @Test
    void theReferenceInventoryIsReadInOneTraversal() {
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            adapter.discover(call());
            long before = adapter.requests();
            Inventory inventory = adapter.discover(call()).toInventory();

            assertThat(adapter.requests() - before).isEqualTo(1);
            assertThat(inventory.requireHost(HostId.of("primary-h2")).role()).isEqualTo(ClusterRole.PRIMARY);
            assertThat(inventory.requireHost(HostId.of("standby-h1")).role()).isEqualTo(ClusterRole.STANDBY);
            VirtualMachine vm = inventory.requireVm(VM);
            assertThat(vm.type()).isEqualTo(VmType.MIDDLEWARE);
            assertThat(vm.template())
                    .hasValueSatisfying(id -> assertThat(id.value()).isEqualTo("template-1"));
            assertThat(inventory.vms()).extracting(one -> one.id().value()).doesNotContain("template-1");
        }
    }

    @Test
    void aWrongPasswordIsRefusedAndNeverTold() {
        try (VsphereAdapter adapter = vcsim.adapter()
                .credentials(() -> new VsphereCredentials("ha-lab", "Wr0ng<&>Secret".toCharArray()))
                .build()) {
            assertRefused(Cause.NOT_PERMITTED, () -> adapter.discover(call()));
            assertThatThrownBy(() -> adapter.discover(call())).hasMessageNotContaining("Wr0ng");
            assertThatThrownBy(() -> adapter.discover(call())).hasStackTraceContaining("InvalidLogin");
        }
    }

    @Test
    void aCertificateOtherThanThePinnedOneIsRefusedBeforeAnythingIsSent() {
        try (VsphereAdapter adapter =
                vcsim.adapter().trust(VsphereTrust.pinned("00".repeat(32))).build()) {
            assertRefused(Cause.NOT_PERMITTED, () -> adapter.discover(call()));
        }
        try (VsphereAdapter adapter =
                vcsim.adapter().trust(VsphereTrust.system()).build()) {
            assertRefused(Cause.NOT_PERMITTED, () -> adapter.discover(call()));
        }
    }

    @Test
    void aPrivateAuthorityIsTrustedWhereItIsConfigured() {
        try (VsphereAdapter adapter = vcsim.adapter()
                .trust(VsphereTrust.certificates(vcsim.certificate()))
                .build()) {
            assertThat(adapter.discover(call()).toInventory().vm(VM)).isPresent();
        }
    }

    @Test
    void anExpiredSessionIsMadeAnewForEveryKindOfCall() {
        try (Vcsim other = Vcsim.with(Map.of("VMS_PER_HOST", "1", "VCSIM_EXTRA", "-session-idle 1s"));
                VsphereAdapter adapter = other.adapter().build()) {
            HostId host = HostId.of("primary-h1");
            adapter.discover(call());
            List<Runnable> calls = List.of(
                    () -> adapter.discover(call()),
                    () -> adapter.powerState(VM, call()),
                    () -> adapter.powerOff(VM, Duration.ZERO, call()),
                    () -> adapter.powerOn(VM, host, call()));
            for (Runnable call : calls) {
                await().pollDelay(Duration.ofMillis(1_300)).until(() -> true);
                call.run();
            }
            assertThat(adapter.powerState(VM, call())).isEqualTo(PowerState.ON);
        }
    }

    @Test
    void aNameWithMarkupIsANameLikeAnyOther() {
        String name = "a<b>&\"c' ]]> 50%/x";
        vcsim.govc(
                "vm.create",
                "-on=true",
                "-ds=shared",
                "-net=VM Network",
                "-host=/DC0/host/standby/standby-h1",
                "-pool=/DC0/host/standby/Resources",
                "markup");
        vcsim.govc("object.rename", "/DC0/vm/markup", "a<b>&\"c' ]]> 50%25%2fx");
        try (VsphereAdapter adapter = vcsim.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.MIDDLEWARE))
                .build()) {
            adapter.powerOff(VmId.of(name), Duration.ZERO, call());
            assertThat(adapter.powerState(VmId.of(name), call())).isEqualTo(PowerState.OFF);
        }
    }

    @Test
    void twoMachinesWithOneNameAreToldApartAndNeverConfused() {
        vcsim.govc("folder.create", "/DC0/vm/second");
        for (String folder : List.of("/DC0/vm", "/DC0/vm/second")) {
            vcsim.govc(
                    "vm.create",
                    "-on=true",
                    "-ds=shared",
                    "-net=VM Network",
                    "-folder=" + folder,
                    "-host=/DC0/host/standby/standby-h1",
                    "-pool=/DC0/host/standby/Resources",
                    folder.equals("/DC0/vm") ? "twin" : "twin2");
        }
        vcsim.govc("object.rename", "/DC0/vm/second/twin2", "twin");
        try (VsphereAdapter adapter = vcsim.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.MIDDLEWARE))
                .build()) {
            List<VmId> twins = adapter.discover(call()).vms().stream()
                    .map(VirtualMachine::id)
                    .filter(id -> id.value().startsWith("twin"))
                    .toList();
            assertThat(twins).hasSize(2).allMatch(id -> id.value().startsWith("twin@vm-"));
            assertRefused(Cause.UNKNOWN_SUBJECT, () -> adapter.powerOff(VmId.of("twin"), Duration.ZERO, call()));
            adapter.powerOff(twins.get(0), Duration.ZERO, call());
            assertThat(adapter.powerState(twins.get(1), call())).isEqualTo(PowerState.ON);
        }
    }

    @Test
    void aMachineDeletedUnderOurFeetIsUnknown() {
        vcsim.govc(
                "vm.create",
                "-on=false",
                "-ds=shared",
                "-net=VM Network",
                "-host=/DC0/host/standby/standby-h1",
                "-pool=/DC0/host/standby/Resources",
                "short-lived");
        try (VsphereAdapter adapter = vcsim.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.MIDDLEWARE))
                .build()) {
            assertThat(adapter.powerState(VmId.of("short-lived"), call())).isEqualTo(PowerState.OFF);
            vcsim.govc("vm.destroy", "short-lived");
            assertRefused(Cause.UNKNOWN_SUBJECT, () -> adapter.powerState(VmId.of("short-lived"), call()));
        }
    }

    @Test
    void aHostThatIsInNoClusterHasARoleByItsOwnName() {
        vcsim.govc("host.add", "-hostname=standby-alone", "-username=root", "-password=x", "-noverify");
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            assertThat(adapter.discover(call())
                            .toInventory()
                            .requireHost(HostId.of("standby-alone"))
                            .role())
                    .isEqualTo(ClusterRole.STANDBY);
        }
    }

    @Test
    void theResourceSchedulerIsSeenAndSaid() {
        try (Vcsim other = Vcsim.with(Map.of("VMS_PER_HOST", "1"));
                VsphereAdapter adapter = other.adapter().build()) {
            assertThat(adapter.clusterServices(call()))
                    .containsExactlyInAnyOrder(
                            new ClusterServices("primary", false, true), new ClusterServices("standby", false, true));
        }
    }

    @Test
    void faultsThatTheServerSeesAreReported() {
        Queue<FaultReport> reports = new ConcurrentLinkedQueue<>();
        try (Vcsim other = Vcsim.small();
                VsphereAdapter adapter = other.adapter().build();
                VsphereFaultSource source = adapter.watch(InstantSource.system(), reports::add)) {
            await().until(() -> source.inventory().vm(VM).isPresent());
            assertThat(reports).isEmpty();

            other.control("vm-crash?name=primary-h1-vm2");
            await().until(() -> kinds(reports).contains(FaultKind.POWERED_OFF));
            other.control("host-fail?name=standby-h1");
            await().until(() ->
                    source.inventory().requireHost(HostId.of("standby-h1")).health() == HostHealth.UNREACHABLE);
            adapter.powerOff(VmId.of("primary-h2-vm1"), Duration.ZERO, call());
            await().until(() ->
                    source.inventory().requireVm(VmId.of("primary-h2-vm1")).power() == PowerState.OFF);

            assertThat(kinds(reports)).containsExactly(FaultKind.POWERED_OFF, FaultKind.HOST_UNREACHABLE);
        }
    }

    @Test
    void aPowerOffThatWasMeantIsForgottenOnceTheMachineIsOnAgain() {
        Queue<FaultReport> reports = new ConcurrentLinkedQueue<>();
        try (Vcsim other = Vcsim.small();
                VsphereAdapter adapter = other.adapter().build();
                VsphereFaultSource source = adapter.watch(InstantSource.system(), reports::add)) {
            await().until(() -> source.inventory().vm(VM).isPresent());
            for (Runnable on : List.<Runnable>of(
                    () -> adapter.powerOn(VM, HostId.of("primary-h1"), call()),
                    () -> other.govc("vm.power", "-on", VM.value()))) {
                adapter.powerOff(VM, Duration.ZERO, call());
                awaitPower(source, PowerState.OFF);
                on.run();
                awaitPower(source, PowerState.ON);
                assertThat(reports).isEmpty();
                other.control("vm-crash?name=" + VM);
                await().until(() -> kinds(reports).contains(FaultKind.POWERED_OFF));
                other.govc("vm.power", "-on", VM.value());
                awaitPower(source, PowerState.ON);
                reports.clear();
            }
        }
    }

    private static void awaitPower(VsphereFaultSource source, PowerState power) {
        await().until(() -> source.inventory().requireVm(VM).power() == power);
    }

    @Test
    void anEventThatTheRulesCallAFaultIsReportedOnceAndOthersAreNot() {
        Queue<FaultReport> reports = new ConcurrentLinkedQueue<>();
        FaultRules rules = FaultRules.builder()
                .event("VmPoweredOffEvent", FaultKind.SERVICE_DOWN)
                .build();
        VmId first = VmId.of("primary-h2-vm1");
        VmId second = VmId.of("primary-h2-vm2");
        try (Vcsim other = Vcsim.small();
                VsphereAdapter adapter = other.adapter().build()) {
            adapter.powerOff(VM, Duration.ZERO, call());
            try (VsphereFaultSource source =
                    adapter.watch(rules, Duration.ofMillis(50), InstantSource.system(), reports::add)) {
                await().until(() -> source.inventory().vm(VM).isPresent());
                adapter.powerOff(first, Duration.ZERO, call());
                adapter.powerOff(second, Duration.ZERO, call());
                await().until(() -> reports.size() >= 2);
            }
        }
        assertThat(reports)
                .extracting(FaultReport::kind, report -> report.subject().toString())
                .containsExactly(
                        tuple(FaultKind.SERVICE_DOWN, first.value()), tuple(FaultKind.SERVICE_DOWN, second.value()));
    }

    private static List<FaultKind> kinds(Queue<FaultReport> reports) {
        return reports.stream().map(FaultReport::kind).toList();
    }

    @Test
    void anAllocationGoesWithItsReservationAndShares() {
        try (Vcsim other = Vcsim.small();
                VsphereAdapter adapter = other.adapter()
                        .allocation(
                                new AllocationPolicy(OptionalDouble.of(0.5), Optional.of(AllocationPolicy.Shares.HIGH)))
                        .build()) {
            adapter.reallocate(VM, Resources.of(2_000, 2_048), call());

            assertThat(property(other, "config.memoryAllocation.reservation")).isEqualTo("1024");
            assertThat(property(other, "config.memoryAllocation.shares.level")).isEqualTo("high");
            assertThat(property(other, "config.cpuAllocation.shares.level")).isEqualTo("high");
            assertThat(property(other, "config.hardware.numCPU")).isEqualTo("2");
        }
    }

    private static String property(Vcsim server, String path) {
        return server.govc("object.collect", "-s", "/DC0/vm/" + VM, path).strip();
    }

    @Test
    void aHostIsEvacuatedByTheCentersPlanAndThenPutIntoMaintenance() throws Exception {
        HostId host = HostId.of("primary-h1");
        try (Vcsim other = Vcsim.with(Map.of("VMS_PER_HOST", "1"));
                VsphereAdapter adapter = other.adapter().build()) {
            Inventory inventory = adapter.discover(call()).toInventory();
            try (ManagementCenter center = ManagementCenter.builder()
                    .adapter(adapter)
                    .trafficDirector(new SimulatedDatacenter(inventory).trafficDirector())
                    .inventory(inventory)
                    .build()) {
                DecisionOutcome outcome = center.maintenance(host, true, "operator")
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
                assertThat(outcome.isCarriedOut()).as("%s", outcome).isTrue();
            }
            adapter.setMaintenance(host, true, call());

            Inventory after = adapter.discover(call()).toInventory();
            assertThat(after.requireHost(host).inMaintenance()).isTrue();
            assertThat(after.vms()).extracting(VirtualMachine::host).doesNotContain(host);
            assertThat(after.requireVm(VM).power()).isEqualTo(PowerState.ON);
        }
    }

    @Test
    void maintenanceIsSetAndTakenBack() {
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            HostId host = HostId.of("standby-h1");
            adapter.setMaintenance(host, true, call());
            adapter.setMaintenance(host, true, call());
            assertThat(adapter.discover(call()).toInventory().requireHost(host).inMaintenance())
                    .isTrue();
            adapter.setMaintenance(host, false, call());
            assertThat(adapter.discover(call()).toInventory().requireHost(host).inMaintenance())
                    .isFalse();
        }
    }

    @Test
    void aServerKilledInTheMiddleOfATaskLeavesTheOutcomeUnknownAndIsFoundAgain() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Vcsim other = Vcsim.with(Map.of("VMS_PER_HOST", "1"));
                VsphereAdapter adapter = other.adapter()
                        .trust(VsphereTrust.pinned(other.thumbprint()))
                        .build()) {
            adapter.discover(call());
            other.control("delay?method=PowerOffVM_Task&ms=20000");
            Future<?> powerOff = pool.submit(() -> adapter.powerOff(VM, Duration.ZERO, call()));
            await().pollDelay(Duration.ofMillis(500)).until(() -> !powerOff.isDone());
            other.kill();
            assertThatThrownBy(powerOff::get).hasCauseInstanceOf(AdapterException.OutcomeUnknown.class);
            assertThatThrownBy(() -> adapter.powerState(VM, call())).isInstanceOf(AdapterException.Transient.class);

            other.start();
            assertRefused(Cause.NOT_PERMITTED, () -> adapter.powerState(VM, call()));
            try (VsphereAdapter trusting = other.adapter().build()) {
                assertThat(trusting.powerState(VM, call())).isEqualTo(PowerState.ON);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aHundredMachinesArePoweredOffAtOnceInOneSession() throws Exception {
        try (Vcsim other = Vcsim.with(
                        Map.of("TOPOLOGY", "flat", "FLAT_ARGS", "-cluster 1 -host 4 -standalone-host 0 -vm 100"));
                VsphereAdapter adapter = other.adapter()
                        .classifyBy(VmClassifier.everyVmIs(VmType.MIDDLEWARE))
                        .build()) {
            List<VmId> vms = adapter.discover(call()).vms().stream()
                    .map(VirtualMachine::id)
                    .toList();
            assertThat(vms).hasSize(100);
            ExecutorService pool = Executors.newFixedThreadPool(100);
            try {
                List<Callable<Object>> calls = new ArrayList<>();
                vms.forEach(vm -> calls.add(Executors.callable(() -> adapter.powerOff(vm, Duration.ZERO, call()))));
                for (Future<Object> done : pool.invokeAll(calls)) {
                    done.get();
                }
            } finally {
                pool.shutdownNow();
            }
            assertThat(adapter.discover(call()).vms()).allMatch(vm -> vm.power() == PowerState.OFF);
            assertThat(other.govc("session.ls")
                            .lines()
                            .filter(line -> line.contains("ha-lab"))
                            .count())
                    .as("sessions, govc's own among them")
                    .isLessThanOrEqualTo(2);
        }
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(30));
    }

    private static void assertRefused(Cause cause, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(AdapterException.Permanent.class))
                .returns(cause, AdapterException::reason);
    }
}
