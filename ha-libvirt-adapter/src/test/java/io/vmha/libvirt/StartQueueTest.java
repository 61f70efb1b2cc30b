package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines that start one after the other: at most so many at once on a host, on a storage, and in all. */
class StartQueueTest {
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");
    private static final ImmutableSet<String> SAN = ImmutableSet.of("/san");

    private final AtomicLong now = new AtomicLong();
    private StartQueue queue = queue(2, 4, 8);

    private StartQueue queue(int perHost, int perStorage, int inAll) {
        StartLimits limits = StartLimits.builder()
                .perHost(perHost)
                .perStorage(perStorage)
                .inAll(inAll)
                .settleTime(Duration.ofSeconds(10))
                .build();
        return new StartQueue(limits, now::get);
    }

    private void start(HostId host, String vm, ImmutableSet<String> storages, Duration deadline) {
        boolean unused = queue.run(host, VmId.of(vm), storages, true, Deadline.in(deadline), () -> true);
    }

    private void start(HostId host, String vm) {
        start(host, vm, ImmutableSet.of(), Duration.ofMillis(40));
    }

    private void assertMustWait(HostId host, String vm, ImmutableSet<String> storages, String why) {
        assertThatThrownBy(() -> start(host, vm, storages, Duration.ofMillis(40)))
                .asInstanceOf(type(AdapterException.Transient.class))
                .returns(Cause.BUSY, AdapterException::reason)
                .matches(e -> e.getMessage().contains(why), "says " + why);
    }

    @Test
    void aHostStartsSoManyAtOnceAndAnotherHostIsNotHeldUp() {
        start(H1, "a");
        start(H1, "b");
        assertMustWait(H1, "c", ImmutableSet.of(), "on host h1: 2");
        start(H2, "c");
    }

    @Test
    void aStorageHasSoManyOfItsMachinesStartedAtOnce() {
        queue = queue(2, 1, 8);
        start(H1, "a", SAN, Duration.ofMillis(40));
        assertMustWait(H2, "b", SAN, "/san: 1");
        start(H2, "b", ImmutableSet.of("/other"), Duration.ofMillis(40));
    }

    @Test
    void thereAreSoManyInAll() {
        queue = queue(2, 4, 1);
        start(H1, "a");
        assertMustWait(H2, "b", ImmutableSet.of(), "in all: 1");
    }

    @Test
    void aMachineCountsUntilItHasSettledByItselfOrWasSeenTo() {
        start(H1, "a");
        start(H1, "b");
        queue.settled(VmId.of("a"));
        start(H1, "c");
        assertMustWait(H1, "d", ImmutableSet.of(), "on host h1: 2");
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        start(H1, "d");
    }

    @Test
    void aMachineThatIsStartedAgainIsNoSecondOne() {
        start(H1, "a");
        start(H1, "b");
        start(H1, "b");
    }

    @Test
    void aStartThatFailsAndAClonesEndLeaveTheirPlaceAtOnce() {
        queue = queue(1, 4, 8);
        assertThatThrownBy(() -> queue.run(H1, VmId.of("a"), SAN, true, Deadline.in(Duration.ofSeconds(1)), () -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        boolean cloned = queue.run(H1, VmId.of("b"), SAN, false, Deadline.in(Duration.ofSeconds(1)), () -> true);
        assertThat(cloned).isTrue();
        start(H1, "c");
    }

    @Test
    void whoWaitsBeginsWhenAPlaceIsFree() throws Exception {
        queue = queue(1, 4, 8);
        start(H1, "a");
        CompletableFuture<Void> waiting =
                CompletableFuture.runAsync(() -> start(H1, "b", ImmutableSet.of(), Duration.ofMinutes(1)));
        queue.settled(VmId.of("a"));
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void closingEndsTheWaiting() {
        queue = queue(1, 4, 8);
        start(H1, "a");
        queue.close();
        assertThatThrownBy(() -> start(H1, "b", ImmutableSet.of(), Duration.ofMinutes(1)))
                .isInstanceOf(AdapterException.Transient.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 101})
    void whatIsOutOfRangeIsRefused(int value) {
        assertThatThrownBy(() -> StartLimits.builder().weightPercent(value).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weightPercent");
        if (value < 1) {
            assertThatThrownBy(() -> StartLimits.builder().perHost(value).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("perHost");
        }
    }
}
