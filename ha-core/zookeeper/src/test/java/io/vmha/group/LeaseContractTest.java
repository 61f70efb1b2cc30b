package io.vmha.group;

import io.vmha.center.leader.Leadership;
import io.vmha.group.store.InMemoryStore;
import io.vmha.group.store.StoreException;
import io.vmha.testkit.contract.LeadershipContractTest;
import io.vmha.testkit.contract.LeadershipTestbed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;

/** Leases in virtual time, whose clients notice that they are cut off, or do not. */
class LeaseContractTest {
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final int LOOKS_OF_A_LEASE = 24;

    @Nested
    class WhereAClientNoticesThatItIsCutOff extends LeadershipContractTest {
        @Override
        protected LeadershipTestbed newTestbed() {
            return new Leases(true);
        }
    }

    @Nested
    class WhereNobodyNoticesAnything extends LeadershipContractTest {
        @Override
        protected LeadershipTestbed newTestbed() {
            return new Leases(false);
        }
    }

    /** Three instances on one store, on the test's thread. */
    private static final class Leases implements LeadershipTestbed {
        private final InMemoryStore store = new InMemoryStore();
        private final List<Standing> all;
        private volatile long nanos;

        private Leases(boolean notices) {
            all = Stream.of("ha-1", "ha-2", "ha-3")
                    .map(name -> new Standing(new CutStore(store.client(), notices), name))
                    .toList();
        }

        private final class Standing {
            private final CutStore client;
            private final Lease lease;
            private boolean stands = true;

            private Standing(CutStore client, String name) {
                this.client = client;
                this.lease = new Lease(client, "site", new Instance(name, "http://" + name), LEASE, () -> nanos);
            }

            private void turn() {
                try {
                    lease.turn(stands);
                } catch (StoreException.Unavailable cutOff) {
                    // It is tried again at the next turn.
                    return;
                }
            }
        }

        @Override
        public List<Leadership> candidates() {
            return all.stream().<Leadership>map(one -> one.lease).toList();
        }

        @Override
        public void pass() {
            nanos += LEASE.dividedBy(LOOKS_OF_A_LEASE).toNanos();
            all.forEach(Standing::turn);
        }

        @Override
        public void leave(int candidate) {
            all.get(candidate).stands = false;
            all.get(candidate).lease.leave(Optional.empty());
        }

        @Override
        public void stand(int candidate) {
            all.get(candidate).stands = true;
        }

        @Override
        public Optional<AutoCloseable> cutOff(int candidate) {
            return Optional.of(all.get(candidate).client.cut());
        }

        @Override
        public void close() {
            all.forEach(one -> one.client.close());
        }
    }
}
