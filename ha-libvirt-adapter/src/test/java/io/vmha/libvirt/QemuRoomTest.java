package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.CallContext;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a machine takes of its host while it boots: of the memory, though its balloon is empty then and it seems to hold all it may
 * ever have, and of the processor.
 */
@Tag("lab")
class QemuRoomTest {
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
    void aMachineThatBootsIsToldAsItIsDefinedWhoeverReadsMeanwhile() throws Exception {
        adapter.powerOff(VM1, Duration.ZERO, call());
        Resources defined = allocation();
        Set<Resources> told = ConcurrentHashMap.newKeySet();
        CompletableFuture<Void> start = CompletableFuture.runAsync(() -> adapter.powerOn(VM1, Lab.H1, call()));
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
            told.add(allocation());
            return start.isDone() && balloonKiB() == defined.memoryMiB() * 1024;
        });
        start.get();
        assertThat(told).containsExactly(defined);
    }

    @Test
    void aMachineThatBootsElsewhereIsToldAsItIsDefined() {
        adapter.powerOff(VM1, Duration.ZERO, call());
        Resources defined = allocation();
        adapter.powerOn(VM1, Lab.H2, call());
        assertThat(allocation()).isEqualTo(defined);
    }

    /** Where the machine's control groups cannot be written, the host weighs nothing: none is a quarter of none. */
    @Test
    void aMachineThatBootsWeighsAQuarterUntilItServes() {
        OptionalLong usual = cpuShares();
        adapter.powerOff(VM1, Duration.ZERO, call());
        adapter.powerOn(VM1, Lab.H1, call());
        assertThat(cpuShares()).isEqualTo(quarter(usual));
        adapter.serves(VM1, call());
        assertThat(cpuShares()).isEqualTo(usual);
    }

    private static OptionalLong quarter(OptionalLong shares) {
        return shares.isEmpty() ? shares : OptionalLong.of(shares.getAsLong() / 4);
    }

    private long balloonKiB() {
        return lab.virsh(Lab.H1, "dommemstat", "vm1")
                .lines()
                .filter(line -> line.startsWith("actual "))
                .mapToLong(line -> Long.parseLong(line.substring("actual ".length())))
                .findFirst()
                .orElse(0);
    }

    private OptionalLong cpuShares() {
        if (!lab.virshSucceeds(Lab.H1, "schedinfo", "vm1")) {
            return OptionalLong.empty();
        }
        return lab.virsh(Lab.H1, "schedinfo", "vm1")
                .lines()
                .filter(line -> line.startsWith("cpu_shares"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst();
    }

    private Resources allocation() {
        return adapter.discover(call()).toInventory().requireVm(VM1).allocation();
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofMinutes(1));
    }
}
