package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.MigrationProgress;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What fails while it is being worked on, tried for real: nothing is lost and nothing runs twice. */
@Tag("lab")
class QemuFailureTest {
    private static final VmId VM1 = VmId.of("vm1");

    private Lab lab;
    private LibvirtAdapter adapter;

    @BeforeEach
    void begin() {
        lab = Lab.shared();
        lab.resetTo("vm1", Lab.H1);
        adapter = lab.adapter().build();
        adapter.discover(call());
    }

    @AfterEach
    void end() {
        adapter.close();
    }

    @Test
    void aMigrationThatOutlivesItsDeadlineIsAbortedAndTheMachineStays() {
        slowMigrations();
        assertThatThrownBy(() -> adapter.migrate(VM1, Lab.H2, CallContext.within(Duration.ofSeconds(8))))
                .isInstanceOf(AdapterException.Transient.class);
        assertRunsOnlyOn(Lab.H1);
    }

    @Test
    void aMachineIsNotMigratedToAHostThatDoesNotSeeItsDisks() {
        lab.hideDisks(Lab.H2);
        try {
            assertThatThrownBy(() -> adapter.migrate(VM1, Lab.H2, call()))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.REFUSED, AdapterException::reason)
                    .matches(e -> e.getMessage().contains("does not see"), "says what was found out");
        } finally {
            lab.showDisks(Lab.H2);
        }
        assertRunsOnlyOn(Lab.H1);
        assertThat(lab.folder().resolve("storage/disks"))
                .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith(".vmha"));
        adapter.migrate(VM1, Lab.H2, call());
        assertRunsOnlyOn(Lab.H2);
    }

    @Test
    void aMachineWithADeviceOfItsHostIsNotMigratedAndItsMigrationIsNotBegun() {
        lab.virsh(Lab.H1, "destroy", "vm1");
        String xml = lab.virsh(Lab.H1, "dumpxml", "--inactive", "vm1")
                .replace(
                        "</devices>",
                        "<shmem name='ring'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem></devices>");
        lab.define(Lab.H1, "vm1", xml);
        lab.virsh(Lab.H1, "start", "vm1");
        assertThatThrownBy(() -> adapter.migrate(VM1, Lab.H2, call()))
                .asInstanceOf(type(AdapterException.Permanent.class))
                .returns(Cause.UNSUPPORTED, AdapterException::reason)
                .matches(e -> e.getMessage().contains("shared memory ring"));
        assertRunsOnlyOn(Lab.H1);
    }

    @Test
    void aMigrationTellsHowItComesAlong() {
        List<MigrationProgress> told = new CopyOnWriteArrayList<>();
        Duration within = Duration.ofSeconds(3);
        try (LibvirtAdapter telling = lab.adapter().onMigration(told::add).build()) {
            telling.discover(call());
            slowMigrations();
            // A busy host may not have begun to copy when the time is over.
            for (;
                    !tellsOfMemoryLeft(told) && within.compareTo(Duration.ofMinutes(1)) < 0;
                    within = within.multipliedBy(2)) {
                Duration deadline = within;
                told.clear();
                assertThatThrownBy(() -> telling.migrate(VM1, Lab.H2, CallContext.within(deadline)))
                        .isInstanceOf(AdapterException.Transient.class);
            }
        }
        Duration longest = within;
        assertThat(told).isNotEmpty().allSatisfy(progress -> {
            assertThat(progress.vm()).isEqualTo(VM1);
            assertThat(progress.source()).contains(Lab.H1);
            assertThat(progress.target()).isEqualTo(Lab.H2);
            assertThat(progress.elapsed()).isLessThan(longest);
        });
        assertThat(told.get(told.size() - 1).done()).isGreaterThan(0).isLessThan(1);
    }

    private static boolean tellsOfMemoryLeft(List<MigrationProgress> told) {
        double done = told.isEmpty() ? 0 : told.get(told.size() - 1).done();
        return done > 0 && done < 1;
    }

    @Test
    void aMigrationDuringWhichLibvirtdIsKilledLosesNothing() {
        slowMigrations();
        CompletableFuture<AdapterException> failure = beginMigration(Duration.ofSeconds(20));
        lab.signal("KILL", lab.pid(Lab.H1, "libvirtd"));
        lab.restartDaemons(Lab.H1);
        AdapterException thrown = failure.orTimeout(30, TimeUnit.SECONDS).join();
        assertThat(thrown).isInstanceOfAny(AdapterException.Transient.class, AdapterException.OutcomeUnknown.class);
        assertRunsOnlyOn(Lab.H1);
    }

    @Test
    void aMigrationDuringWhichTheNetworkIsCutLosesNothing() {
        slowMigrations();
        CompletableFuture<AdapterException> failure = beginMigration(Duration.ofSeconds(25));
        lab.network(Lab.H1, "down");
        try {
            assertThat(failure.orTimeout(30, TimeUnit.SECONDS).join())
                    .isInstanceOfAny(AdapterException.Transient.class, AdapterException.OutcomeUnknown.class);
            assertRunsOnlyOn(Lab.H1);
        } finally {
            lab.network(Lab.H1, "up");
        }
    }

    @Test
    void aMachineWhoseHostLosesPowerDuringItsPowerOffIsStartedElsewhere() {
        CompletableFuture<Throwable> outcome = CompletableFuture.supplyAsync(() -> {
            try {
                adapter.powerOff(VM1, Duration.ofSeconds(8), call());
                return new IllegalStateException("it was powered off before the plug was pulled");
            } catch (AdapterException e) {
                return e;
            }
        });
        lab.pullPlug(Lab.H1);
        try {
            assertThat(outcome.orTimeout(25, TimeUnit.SECONDS).join()).isInstanceOf(AdapterException.class);
            assertThat(adapter.discover(call())
                            .toInventory()
                            .requireHost(Lab.H1)
                            .health())
                    .isEqualTo(HostHealth.UNREACHABLE);
            adapter.powerOn(VM1, Lab.H2, call());
            assertThat(adapter.powerState(VM1, call())).isEqualTo(PowerState.ON);
            assertThat(lab.runs(Lab.H2, "vm1")).isTrue();
        } finally {
            lab.up();
        }
        // The host is back with its old definition, which is off: the machine is the one that runs.
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> adapter.discover(call())
                                .toInventory()
                                .requireHost(Lab.H1)
                                .health()
                        == HostHealth.UP);
        assertThat(adapter.discover(call()).toInventory().requireVm(VM1).host()).isEqualTo(Lab.H2);
        assertRunsOnlyOn(Lab.H2);
    }

    @Test
    void aMachineIsMadeAnewAndStartedElsewhereWhileItsHostHasNoPowerAndTheSameStepMakesNoSecondOne() {
        CallContext cloning = CallContext.within(Duration.ofSeconds(40), Optional.of(new PlanId(7)), 2, 1);
        adapter.discover(call());
        lab.pullPlug(Lab.H1);
        try {
            adapter.cloneFromTemplate(TemplateId.of("golden"), VM1, Lab.H2, cloning);
            MachineReading made = adapter.read(VM1, call());
            assertThat(made.host()).isEqualTo(Lab.H2);
            assertThat(made.madeBy()).contains(new MachineReading.Origin(new PlanId(7), 2));

            String clone = lab.virsh(Lab.H2, "domuuid", "vm1");
            adapter.cloneFromTemplate(TemplateId.of("golden"), VM1, Lab.H2, cloning);
            assertThat(lab.virsh(Lab.H2, "domuuid", "vm1")).isEqualTo(clone);

            adapter.powerOn(VM1, Lab.H2, call());
            assertThat(adapter.read(VM1, call()))
                    .returns(Lab.H2, MachineReading::host)
                    .returns(PowerState.ON, MachineReading::power);
        } finally {
            lab.up();
        }
    }

    @Test
    void aDiskThatIsInUseOnAHostThatCannotBeAskedIsNotStartedTwice() {
        long libvirtd = lab.pid(Lab.H1, "libvirtd");
        lab.signal("STOP", libvirtd);
        try {
            assertThatThrownBy(() -> adapter.powerOn(VM1, Lab.H2, CallContext.within(Duration.ofSeconds(6))))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.IN_USE, AdapterException::reason);
            assertThat(lab.virsh(Lab.H2, "list", "--all", "--name")).doesNotContain("vm1");
        } finally {
            lab.signal("CONT", libvirtd);
        }
        assertRunsOnlyOn(Lab.H1);
    }

    @Test
    void aLeaseRefusesTheSecondStartWhereTheImagesOwnLockDoesNotReachTheOtherHost() {
        // Another inode under the same path: QEMU's lock is on the one, virtlockd's lease on the other.
        lab.hideDisk(Lab.H2, "vm1");
        long libvirtd = lab.pid(Lab.H1, "libvirtd");
        lab.signal("STOP", libvirtd);
        try {
            assertThatThrownBy(() -> adapter.powerOn(VM1, Lab.H2, CallContext.within(Duration.ofSeconds(6))))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.IN_USE, AdapterException::reason)
                    .matches(e -> e.getMessage().contains("Lockspace resource"), "refused by virtlockd's lease");
            assertThat(lab.virsh(Lab.H2, "list", "--all", "--name")).doesNotContain("vm1");
        } finally {
            lab.signal("CONT", libvirtd);
            lab.showDisk(Lab.H2, "vm1");
        }
        assertRunsOnlyOn(Lab.H1);
    }

    @Test
    void aGuestThatIgnoresItsShutdownIsPoweredOffHardAfterItsGrace() {
        // A guest that has not booted yet does not hear the power button.
        long begun = System.nanoTime();
        adapter.powerOff(VM1, Duration.ofMillis(500), call());
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(500));
        assertThat(lab.runs(Lab.H1, "vm1")).isFalse();
    }

    @Test
    void aGuestThatListensShutsDownByItselfWithinItsGrace() {
        lab.awaitAgent(Lab.H1, "vm1");
        adapter.powerOff(VM1, Duration.ofSeconds(15), CallContext.within(Duration.ofSeconds(40)));
        assertThat(lab.virsh(Lab.H1, "domstate", "vm1", "--reason")).contains("shut off (shutdown)");
    }

    private void slowMigrations() {
        lab.virsh(Lab.H1, "migrate-setspeed", "vm1", "1");
    }

    /** Begins a migration in another thread and returns once it copies memory. */
    private CompletableFuture<AdapterException> beginMigration(Duration deadline) {
        CompletableFuture<AdapterException> failure = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                AdapterException.class, () -> adapter.migrate(VM1, Lab.H2, CallContext.within(deadline))));
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> lab.virsh(Lab.H2, "list", "--all", "--name").contains("vm1"));
        return failure;
    }

    private void assertRunsOnlyOn(HostId home) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> lab.virsh(home, "domstate", "vm1").strip().equals("running"));
        for (HostId host : Lab.HOSTS) {
            assertThat(lab.runs(host, "vm1")).as("runs on %s", host).isEqualTo(host.equals(home));
        }
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(20));
    }
}
