package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.HaEvent;
import io.vmha.model.ClusterRole;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** In which order reports of one moment are decided, however many there are. */
class ReportOrderTest {
    private static final int FAILED = 200;

    private final VirtualTime time = new VirtualTime();
    private final Inventory inventory = inventory();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
    private final List<HaEvent.Decided> decided = new ArrayList<>();

    @Test
    void thoseOfTheHighestPriorityAreDecidedFirst() {
        submitInAnyOrder();

        assertThat(decided)
                .hasSize(FAILED)
                .extracting(event -> inventory.requireVm(vmOf(event)).priority())
                .isSortedAccordingTo(Collections.reverseOrder());
    }

    @Test
    void eachIsDecidedInSightOfWhatThoseBeforeItTook() {
        submitInAnyOrder();

        // 200 VMs serve on: each takes the requests of one, though all were equally loaded when the first was decided.
        assertThat(decided)
                .extracting(ReportOrderTest::targetOf)
                .doesNotHaveDuplicates()
                .hasSize(FAILED);
    }

    private void submitInAnyOrder() {
        ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .inventory(inventory)
                .scheduler(time)
                .listener(event -> {
                    if (event instanceof HaEvent.Decided one) {
                        decided.add(one);
                    }
                })
                .build();
        List<Integer> order = new ArrayList<>(IntStream.range(0, FAILED).boxed().toList());
        Collections.shuffle(order, new Random(42));
        order.forEach(vm -> center.submit(Fixtures.readOnly("vm" + vm)));
        time.runToEnd();
    }

    private static VmId vmOf(HaEvent.Decided event) {
        return event.decision().parts().get(0).subject().asVm().orElseThrow();
    }

    private static VmId targetOf(HaEvent.Decided event) {
        return ((SubjectDecision.Redirect) event.decision().parts().get(0)).target();
    }

    private static Inventory inventory() {
        Inventory.Builder builder = Inventory.builder();
        for (int host = 0; host < 2 * FAILED / 8; host++) {
            builder.add(Fixtures.host("h" + host, ClusterRole.PRIMARY).build());
        }
        for (int vm = 0; vm < 2 * FAILED; vm++) {
            builder.add(Fixtures.database("vm" + vm, "h" + vm / 8)
                    .allocation(Resources.of(1_000, 4_096))
                    .load(0.3)
                    .priority(vm % 7)
                    .build());
        }
        return builder.build();
    }
}
