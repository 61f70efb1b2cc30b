package io.vmha.group;

import io.vmha.center.ManagementCenter;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.Leadership;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.contract.LeadershipContractTest;
import io.vmha.testkit.contract.LeadershipTestbed;
import io.vmha.zookeeper.Ensemble;
import io.vmha.zookeeper.ZooKeeperConfig;
import io.vmha.zookeeper.ZooKeeperStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What the centers of two instances on a real ensemble are told of their leadership, in real time. */
class CenterGroupLeadershipTest extends LeadershipContractTest {
    private static final Duration LEASE = Duration.ofSeconds(2);

    @Override
    protected LeadershipTestbed newTestbed() {
        return new Groups();
    }

    private static final class Groups implements LeadershipTestbed {
        private final SimulatedDatacenter datacenter =
                new SimulatedDatacenter(Datacenter.threeHosts().inventory());
        private final ZooKeeperConfig config = Ensemble.shared().freshRoot();
        private final List<Member> members = Stream.of("ha-1", "ha-2")
                .map(name -> new Member(new Instance(name, "http://" + name)))
                .toList();

        /** One instance, whose center has its leadership from its group. */
        private final class Member implements Leadership {
            private final Instance instance;
            private final CutStore store = new CutStore(ZooKeeperStore.connect(config), false);
            private volatile Leadership ofItsCenter = OptionalLong::empty;
            private CenterGroup group;

            private Member(Instance instance) {
                this.instance = instance;
                this.group = join();
            }

            private CenterGroup join() {
                return CenterGroup.builder()
                        .store(store)
                        .instance(instance)
                        .lease(LEASE)
                        .center(this::center)
                        .build();
            }

            private ManagementCenter center(Leadership leadership, PlanJournal journal) {
                ofItsCenter = leadership;
                return ManagementCenter.builder()
                        .leadership(leadership)
                        .journal(journal)
                        .adapter(datacenter.hypervisor())
                        .trafficDirector(datacenter.trafficDirector())
                        .fencingDevice(datacenter.fencingDevice())
                        .inventory(datacenter.actual())
                        .build();
            }

            @Override
            public OptionalLong epoch() {
                return ofItsCenter.epoch();
            }
        }

        @Override
        public List<Leadership> candidates() {
            return List.copyOf(members);
        }

        @Override
        public void leave(int candidate) {
            members.get(candidate).group.close();
        }

        @Override
        public void stand(int candidate) {
            Member member = members.get(candidate);
            member.group = member.join();
        }

        @Override
        public Optional<AutoCloseable> cutOff(int candidate) {
            return Optional.of(members.get(candidate).store.cut());
        }

        @Override
        public Duration patience() {
            return Duration.ofSeconds(120);
        }

        @Override
        public void close() {
            members.forEach(member -> member.group.close());
            members.forEach(member -> member.store.close());
        }
    }
}
