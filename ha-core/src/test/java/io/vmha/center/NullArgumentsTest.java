package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmha.Fixtures;
import io.vmha.center.config.AutomationLevel;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReadingToken;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.HaPolicies;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A null is refused where it enters, by the name of what it was given for, and not when the center's loop trips over it. */
class NullArgumentsTest {
    private static final Map<Class<?>, Object> SAMPLES = Map.ofEntries(
            Map.entry(VmId.class, VmId.of("mw1")),
            Map.entry(HostId.class, HostId.of("h1")),
            Map.entry(String.class, "operator"),
            Map.entry(Optional.class, Optional.empty()),
            Map.entry(DesiredState.class, DesiredState.RUNNING),
            Map.entry(AutomationLevel.class, AutomationLevel.MANUAL),
            Map.entry(PlanId.class, new PlanId(1)),
            Map.entry(ReadingToken.class, new ReadingToken(1, Instant.EPOCH, 1)),
            Map.entry(PlatformSnapshot.class, PlatformSnapshot.of(Fixtures.referenceEmbodiment())),
            Map.entry(HaPolicies.class, HaPolicies.builder().build()),
            Map.entry(Duration.class, Duration.ofSeconds(1)),
            Map.entry(boolean.class, true),
            Map.entry(int.class, 1),
            Map.entry(long.class, 1L));

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());

    @Test
    void everyCallOfACenterRefusesThem() {
        ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .inventory(Fixtures.referenceEmbodiment())
                .scheduler(new VirtualTime())
                .build();

        assertRefused(center, 15);
    }

    @Test
    void everySettingOfItsBuilderRefusesThem() {
        assertRefused(ManagementCenter.builder(), 15);
    }

    private static void assertRefused(Object object, int atLeast) {
        List<String> accepted = new ArrayList<>();
        int tried = 0;
        for (Method method : object.getClass().getDeclaredMethods()) {
            if (!Modifier.isPublic(method.getModifiers()) || method.isSynthetic()) {
                continue;
            }
            Parameter[] parameters = method.getParameters();
            for (int at = 0; at < parameters.length; at++) {
                if (!parameters[at].getType().isPrimitive()) {
                    tried++;
                    Throwable thrown = called(object, method, at);
                    if (!(thrown instanceof NullPointerException refusal) || !isName(refusal.getMessage())) {
                        accepted.add(method.getName() + "(" + parameters[at] + "): " + thrown);
                    }
                }
            }
        }
        assertThat(accepted).as("nulls that were not refused by name").isEmpty();
        assertThat(tried).isGreaterThanOrEqualTo(atLeast);
    }

    private static boolean isName(String message) {
        return message != null && message.matches("[a-zA-Z]+");
    }

    private static Throwable called(Object object, Method method, int nullAt) {
        Object[] arguments =
                Stream.of(method.getParameterTypes()).map(SAMPLES::get).toArray();
        arguments[nullAt] = null;
        Throwable thrown = catchThrowable(() -> method.invoke(object, arguments));
        return thrown instanceof InvocationTargetException wrapped ? wrapped.getCause() : thrown;
    }
}
