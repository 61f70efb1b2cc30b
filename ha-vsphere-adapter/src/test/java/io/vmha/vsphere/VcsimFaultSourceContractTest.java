package io.vmha.vsphere;

import static org.awaitility.Awaitility.await;

import io.vmha.adapter.FaultSource;
import io.vmha.fault.FaultSubject;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.FaultSourceContractTest;
import io.vmha.testkit.contract.FaultSourceTestbed;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;

/** The contract of fault sources on VMware's API simulator: VMs that go off by themselves. */
@Tag("lab")
class VcsimFaultSourceContractTest extends FaultSourceContractTest {

    @Override
    protected FaultSourceTestbed newTestbed() {
        Vcsim vcsim = Vcsim.small();
        return new Testbed(vcsim, vcsim.adapter().build());
    }

    private static final class Testbed implements FaultSourceTestbed {
        private final Vcsim vcsim;
        private final VsphereAdapter adapter;
        private final Deque<VmId> well =
                new ConcurrentLinkedDeque<>(List.of(VmId.of("primary-h1-vm1"), VmId.of("primary-h1-vm2")));
        private final List<VsphereFaultSource> watchings = new CopyOnWriteArrayList<>();

        private Testbed(Vcsim vcsim, VsphereAdapter adapter) {
            this.vcsim = vcsim;
            this.adapter = adapter;
        }

        @Override
        public FaultSource source() {
            return receiver -> {
                VsphereFaultSource watching = adapter.watch(InstantSource.system(), receiver);
                watchings.add(watching);
                return watching;
            };
        }

        @Override
        public void awaitWatching() {
            for (VsphereFaultSource watching : watchings) {
                await().atMost(patience())
                        .until(() -> well.stream()
                                .allMatch(vm -> watching.inventory().vm(vm).isPresent()));
            }
        }

        @Override
        public FaultSubject fail() {
            VmId vm = well.removeFirst();
            vcsim.control("vm-crash?name=" + vm);
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Optional<Runnable> closesAdapter() {
            return Optional.of(adapter::close);
        }

        @Override
        public Duration patience() {
            return Duration.ofMinutes(1);
        }

        @Override
        public void close() {
            adapter.close();
            vcsim.close();
        }
    }
}
