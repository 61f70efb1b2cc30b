package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import io.vmha.vsphere.Slots.Slot;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.MoRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");
    private static final HostId H3 = HostId.of("h3");
    private static final MoRef DS1 = new MoRef("Datastore", "datastore-1");
    private static final MoRef DS2 = new MoRef("Datastore", "datastore-2");

    private final Slots slots = new Slots("clone", new Pace(1, 2, 3));
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofMillis(50));
    }

    private static Deadline late() {
        return Deadline.in(Duration.ofMinutes(1));
    }

    private void assertFull(HostId host, MoRef datastore) {
        assertThatThrownBy(() -> slots.take(host, List.of(datastore), soon()))
                .asInstanceOf(type(AdapterException.Transient.class))
                .returns(Cause.BUSY, AdapterException::reason);
    }

    @Test
    void aHostThatIsFullHoldsUpNoOther() {
        Slot first = slots.take(H1, List.of(DS1), soon());
        assertFull(H1, DS2);
        Slot second = slots.take(H2, List.of(DS2), soon());
        first.close();
        slots.take(H1, List.of(DS1), soon()).close();
        second.close();
    }

    @Test
    void aDatastoreAndAllTogetherHaveTheirLimitsToo() {
        Slot first = slots.take(H1, List.of(DS1), soon());
        Slot second = slots.take(H2, List.of(DS1, DS2), soon());
        assertFull(H3, DS1);
        Slot third = slots.take(H3, List.of(DS2), soon());
        assertFull(HostId.of("h4"), new MoRef("Datastore", "datastore-3"));
        List.of(first, second, third).forEach(Slot::close);
    }

    @Test
    void aPlaceThatIsGivenBackTwiceCountsOnce() {
        Slot first = slots.take(H1, List.of(DS1), soon());
        first.close();
        Slot second = slots.take(H1, List.of(DS1), soon());
        first.close();
        assertFull(H1, DS1);
        second.close();
    }

    @Test
    void neverMoreThanThePaceAreUnderWayHoweverManyWait() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            HostId host = HostId.of("h" + i % 6);
            all.add(threads.submit(() -> {
                Slot slot = slots.take(host, List.of(DS1, DS2), late());
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                now.decrementAndGet();
                slot.close();
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(most).hasValueBetween(1, 2);
    }

    @Test
    void whoWaitsWhenItIsClosedIsToldSo() throws Exception {
        Slot held = slots.take(H1, List.of(), soon());
        AtomicInteger refused = new AtomicInteger();
        Thread waiting = new Thread(() -> {
            try {
                slots.take(H1, List.of(), late());
            } catch (AdapterException.Transient e) {
                refused.incrementAndGet();
            }
        });
        waiting.start();
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        slots.close();
        waiting.join();
        assertThat(refused).hasValue(1);
        held.close();
    }

    @Test
    void aPaceOfNothingIsRefused() {
        assertThatThrownBy(() -> new Pace(0, 1, 1)).hasMessageContaining("perHost");
        assertThatThrownBy(() -> new Pace(1, 0, 1)).hasMessageContaining("perDatastore");
        assertThatThrownBy(() -> new Pace(1, 1, 0)).hasMessageContaining("inAll");
        Pace one = new Pace(1, 1, 1);
        Duration less = Duration.ofSeconds(-1);
        assertThatThrownBy(() -> new StartPolicy(one, one, less, Duration.ZERO)).hasMessageContaining("settling");
        assertThatThrownBy(() -> new StartPolicy(one, one, Duration.ZERO, less)).hasMessageContaining("lowShares");
    }
}
