package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmClassifier;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.plan.PlanId;
import io.vmha.vsphere.internal.vim.Secret;
import io.vmha.vsphere.internal.vim.SoapVimClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Starts, clones, room and signs of guests, on VMware's API simulator. */
@Tag("lab")
class VcsimStartTest {
    private static final VmId VM = VmId.of("primary-h1-vm1");
    private static final HostId H1 = HostId.of("primary-h1");
    private static final HostId H2 = HostId.of("primary-h2");

    private Vcsim vcsim;

    @BeforeEach
    void begin() {
        vcsim = Vcsim.small();
    }

    @AfterEach
    void end() {
        vcsim.close();
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(30));
    }

    private String shares(VmId vm) {
        return vcsim.govc("object.collect", "-s", "/DC0/vm/" + vm, "config.cpuAllocation.shares.level")
                .strip();
    }

    private void restart(VsphereAdapter adapter) {
        vcsim.control("vm-beat?name=" + VM + "&status=gray");
        adapter.powerOff(VM, Duration.ZERO, call());
        adapter.powerOn(VM, H1, call());
    }

    @Test
    void aMachineHasLowSharesUntilItsHeartbeatIsThere() {
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            assertThat(shares(VM)).isEqualTo("normal");
            restart(adapter);
            assertThat(shares(VM)).isEqualTo("low");

            vcsim.control("vm-beat?name=" + VM + "&status=green");
            await().until(() -> shares(VM).equals("normal"));
        }
    }

    @Test
    void aMachineThatServesHasItsOwnSharesBackAtOnce() {
        vcsim.govc("vm.change", "-vm", VM.value(), "-cpu.shares=3333");
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            restart(adapter);
            assertThat(shares(VM)).isEqualTo("low");

            adapter.serves(VM, call());
            assertThat(shares(VM)).isEqualTo("custom");
            assertThat(vcsim.govc("object.collect", "-s", "/DC0/vm/" + VM, "config.cpuAllocation.shares.shares")
                            .strip())
                    .isEqualTo("3333");
            adapter.serves(VM, call());
            assertThat(shares(VM)).isEqualTo("custom");
        }
    }

    @Test
    void anotherCenterGivesTheSharesBackOfAMachineThatADeadOneStarted() {
        try (VsphereAdapter dead = vcsim.adapter().build()) {
            restart(dead);
        }
        vcsim.control("vm-beat?name=" + VM + "&status=green");
        assertThat(shares(VM)).isEqualTo("low");
        try (VsphereAdapter next = vcsim.adapter().build()) {
            next.discover(call());
            await().until(() -> shares(VM).equals("normal"));
        }
    }

    @Test
    void sharesThatAnOperatorMadeLowStaySo() {
        vcsim.govc("vm.change", "-vm", VM.value(), "-cpu.shares=low");
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            adapter.discover(call());
            restart(adapter);
            vcsim.control("vm-beat?name=" + VM + "&status=green");
            adapter.serves(VM, call());
            adapter.discover(call());

            assertThat(shares(VM)).isEqualTo("low");
        }
    }

    @Test
    void aPolicyMayLeaveTheSharesAlone() {
        StartPolicy policy = StartPolicy.defaults();
        try (VsphereAdapter adapter = vcsim.adapter()
                .starts(new StartPolicy(policy.clones(), policy.starts(), policy.settling(), Duration.ZERO))
                .build()) {
            restart(adapter);

            assertThat(shares(VM)).isEqualTo("normal");
        }
    }

    @Test
    void startsOfOneHostComeOneAfterTheOtherIfThePolicySaysSo() throws Exception {
        Pace one = new Pace(1, 8, 8);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (VsphereAdapter adapter = vcsim.adapter()
                .starts(new StartPolicy(one, one, Duration.ZERO, Duration.ZERO))
                .build()) {
            List<VmId> vms = List.of(VM, VmId.of("primary-h1-vm2"));
            vms.forEach(vm -> adapter.powerOff(vm, Duration.ZERO, call()));
            vcsim.control("delay?method=PowerOnVM_Task&ms=4000");
            CallContext tooShort = CallContext.within(Duration.ofSeconds(2));
            Future<?> first = threads.submit(() -> adapter.powerOn(VM, H1, call()));
            await().pollDelay(Duration.ofMillis(700)).until(() -> !first.isDone());

            assertThatThrownBy(() -> adapter.powerOn(vms.get(1), H1, tooShort))
                    .asInstanceOf(type(AdapterException.Transient.class))
                    .returns(Cause.BUSY, AdapterException::reason);
            first.get();
            vcsim.control("delay?method=PowerOnVM_Task&ms=0");
            await().ignoreExceptions().until(() -> {
                adapter.powerOn(vms.get(1), H1, call());
                return adapter.powerState(vms.get(1), call()) == PowerState.ON;
            });
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void machinesOfEqualNamesAnywhereDoNotStopAClone() {
        twins("stranger", VmType.MIDDLEWARE);
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            adapter.cloneFromTemplate(TemplateId.of("template-1"), VmId.of("fresh"), H2, call());

            assertThat(vcsim.govc("find", "/DC0/vm", "-type", "m", "-name", "fresh"))
                    .contains("fresh");
        }
    }

    @Test
    void oneOfTwoMachinesOfOneNameIsClonedAnewAndTheOtherKeepsItsId() {
        twins("twin", VmType.MIDDLEWARE);
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            List<VmId> ids = adapter.discover(call()).vms().stream()
                    .map(VirtualMachine::id)
                    .filter(id -> id.value().startsWith("twin@"))
                    .sorted()
                    .toList();
            assertThat(ids).hasSize(2);
            CallContext step = CallContext.within(Duration.ofSeconds(30), Optional.of(new PlanId(7)), 2, 1);
            adapter.powerOff(ids.get(0), Duration.ZERO, call());
            adapter.cloneFromTemplate(TemplateId.of("template-1"), ids.get(0), H2, step);
            adapter.cloneFromTemplate(TemplateId.of("template-1"), ids.get(0), H2, step);

            Inventory after = adapter.discover(call()).toInventory();
            assertThat(after.requireVm(ids.get(0)).host()).isEqualTo(H2);
            assertThat(after.requireVm(ids.get(1)).power()).isEqualTo(PowerState.ON);
            assertThatThrownBy(() ->
                            adapter.cloneFromTemplate(TemplateId.of("template-1"), VmId.of("template-1"), H2, call()))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.IN_USE, AdapterException::reason);
        }
    }

    /** Two machines of one name, in two folders. */
    private void twins(String name, VmType type) {
        vcsim.govc("folder.create", "/DC0/vm/second");
        List<String> made = new ArrayList<>();
        for (String folder : List.of("/DC0/vm", "/DC0/vm/second")) {
            String first = name + (made.isEmpty() ? "" : "2");
            vcsim.govc(
                    "vm.create",
                    "-on=true",
                    "-c=1",
                    "-m=256",
                    "-ds=shared",
                    "-net=VM Network",
                    "-folder=" + folder,
                    "-host=/DC0/host/standby/standby-h1",
                    "-pool=/DC0/host/standby/Resources",
                    first);
            made.add(folder + "/" + first);
            vcsim.govc("fields.set", "vmha.type", type.value(), folder + "/" + first);
        }
        vcsim.govc("object.rename", made.get(1), name);
    }

    @Test
    void aMachineInAPoolStaysInItWhenItMovesInsideOfItsCluster() {
        vcsim.govc("pool.create", "/DC0/host/primary/Resources/gold");
        vcsim.govc(
                "vm.create",
                "-on=true",
                "-c=1",
                "-m=256",
                "-ds=shared",
                "-net=VM Network",
                "-host=/DC0/host/primary/primary-h1",
                "-pool=/DC0/host/primary/Resources/gold",
                "pooled");
        vcsim.govc("fields.set", "vmha.type", "DATABASE", "/DC0/vm/pooled");
        String pool = vcsim.govc("object.collect", "-s", "/DC0/vm/pooled", "resourcePool");
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            adapter.migrate(VmId.of("pooled"), H2, call());

            assertThat(adapter.read(VmId.of("pooled"), call()).host()).isEqualTo(H2);
            assertThat(vcsim.govc("object.collect", "-s", "/DC0/vm/pooled", "resourcePool"))
                    .isEqualTo(pool);
            adapter.migrate(VmId.of("pooled"), HostId.of("standby-h1"), call());
            assertThat(vcsim.govc("object.collect", "-s", "/DC0/vm/pooled", "resourcePool"))
                    .isNotEqualTo(pool);
        }
    }

    @Test
    void whatAStrangerTakesIsSeenAtTheNextDiscovery() {
        try (VsphereAdapter adapter = vcsim.adapter().room(new HostRoom(4, 1)).build()) {
            Resources before = adapter.discover(call()).toInventory().freeOn(H1);
            vcsim.govc(
                    "vm.create",
                    "-on=true",
                    "-c=1",
                    "-m=256",
                    "-ds=shared",
                    "-net=VM Network",
                    "-host=/DC0/host/primary/primary-h1",
                    "-pool=/DC0/host/primary/Resources",
                    "stranger");
            Resources after = adapter.discover(call()).toInventory().freeOn(H1);

            assertThat(after).isEqualTo(before.minus(Resources.of(1_000, 256)));
            vcsim.govc("vm.power", "-off", "stranger");
            assertThat(adapter.discover(call()).toInventory().freeOn(H1)).isEqualTo(before);
        }
    }

    @Test
    void aRedHeartbeatOfAGuestThatLivesIsNoFault() {
        Queue<FaultReport> reports = new ConcurrentLinkedQueue<>();
        HangRules eager = new HangRules(
                Duration.ofSeconds(20), Duration.ofSeconds(20), 2, Duration.ofSeconds(5), Duration.ofMillis(200));
        try (VsphereAdapter adapter = vcsim.adapter().build();
                VsphereFaultSource source = adapter.watch(
                        FaultRules.builder().hang(eager).build(),
                        Duration.ofSeconds(5),
                        InstantSource.system(),
                        reports::add)) {
            await().until(() -> source.inventory().vm(VM).isPresent());
            vcsim.control("vm-beat?name=" + VM + "&status=red");
            long before = adapter.requests();
            await().atMost(Duration.ofMinutes(5)).until(() -> adapter.requests() - before > 150);

            assertThat(reports).isEmpty();
        }
    }

    @Test
    void countersOfAGuestAreRead() {
        try (SoapVimClient client = new SoapVimClient(
                vcsim.url(),
                VsphereTrust.pinned(vcsim.thumbprint()).context(),
                () -> new Secret(
                        vcsim.environment().get("VSPHERE_USER"),
                        vcsim.environment().get("VSPHERE_PASSWORD").toCharArray()),
                Duration.ofMinutes(5))) {
            Vcenter vcenter = new Vcenter(
                    client,
                    VmClassifier.everyVmIs(VmType.MIDDLEWARE),
                    cluster -> ClusterRole.PRIMARY,
                    HighAvailabilityMode.REFUSE,
                    HostRoom.exact());
            GuestSigns.Signs signs = new VcenterSigns(vcenter).read(VM, Duration.ofMinutes(1));

            System.out.println("vcsim " + signs);
            assertThat(signs.running()).isTrue();
            assertThat(signs.mostCpuPercent()).isPresent();
        }
    }
}
