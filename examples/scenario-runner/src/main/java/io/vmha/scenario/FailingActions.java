package io.vmha.scenario;

import com.google.common.reflect.Reflection;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.MemberId;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import java.lang.reflect.InvocationTargetException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Lets the next tries of chosen actions fail, without an effect. Confined to the scenario's thread. */
final class FailingActions {

    /** What a failing action answers. */
    enum Answer {
        TIMEOUT,
        REFUSED,
        UNREACHABLE
    }

    /** The next tries of an action about a machine or host that fail. */
    record Failure(ActionKind action, String subject, int times, Answer error) {}

    private record Key(ActionKind action, String subject) {}

    private static final Map<String, ActionKind> ACTION_BY_METHOD = Map.of(
            "powerOff", ActionKind.POWER_OFF,
            "fence", ActionKind.FENCE_HOST,
            "route", ActionKind.REDIRECT,
            "powerOn", ActionKind.POWER_ON,
            "reallocate", ActionKind.REALLOCATE,
            "migrate", ActionKind.MIGRATE,
            "cloneFromTemplate", ActionKind.CLONE,
            "promote", ActionKind.PROMOTE,
            "demote", ActionKind.DEMOTE,
            "rejoin", ActionKind.REJOIN);

    private final Map<Key, Failure> failures = new HashMap<>();

    void add(Failure failure) {
        failures.put(new Key(failure.action(), failure.subject()), failure);
    }

    HypervisorAdapter around(HypervisorAdapter adapter) {
        return around(HypervisorAdapter.class, adapter);
    }

    TrafficDirector around(TrafficDirector director) {
        return around(TrafficDirector.class, director);
    }

    FencingDevice around(FencingDevice device) {
        return around(FencingDevice.class, device);
    }

    /** The next tries about a VM's database fail that are about its member. */
    DatabaseCluster around(DatabaseCluster cluster, Function<VmId, Optional<MemberId>> memberOf) {
        return Reflection.newProxy(DatabaseCluster.class, (proxy, method, arguments) -> {
            ActionKind action = ACTION_BY_METHOD.get(method.getName());
            if (action != null) {
                Object subject = arguments[0];
                MemberId member = subject instanceof Promotion promotion ? promotion.member() : (MemberId) subject;
                chosen(action, member, memberOf).ifPresent(this::fail);
            }
            try {
                return method.invoke(cluster, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        });
    }

    private Optional<Key> chosen(ActionKind action, MemberId member, Function<VmId, Optional<MemberId>> memberOf) {
        return failures.values().stream()
                .filter(failure -> failure.action() == action && failure.times() > 0)
                .filter(failure -> memberOf.apply(VmId.of(failure.subject())).equals(Optional.of(member)))
                .map(failure -> new Key(action, failure.subject()))
                .min(Comparator.comparing(Key::subject));
    }

    private <T> T around(Class<T> type, T real) {
        return Reflection.newProxy(type, (proxy, method, arguments) -> {
            Optional.ofNullable(ACTION_BY_METHOD.get(method.getName()))
                    .ifPresent(action -> failIfChosen(action, arguments));
            try {
                return method.invoke(real, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        });
    }

    /** The subject stands first among the arguments, behind the template where one is cloned. */
    private void failIfChosen(ActionKind action, Object[] arguments) {
        String subject = arguments[action == ActionKind.CLONE ? 1 : 0].toString();
        fail(new Key(action, subject));
    }

    private void fail(Key key) {
        ActionKind action = key.action();
        String subject = key.subject();
        Failure failure = failures.get(key);
        if (failure == null || failure.times() == 0) {
            return;
        }
        failures.put(key, new Failure(action, subject, failure.times() - 1, failure.error()));
        String message = "the scenario lets " + action + " of " + subject + " fail";
        throw switch (failure.error()) {
            case TIMEOUT -> new AdapterException.OutcomeUnknown(AdapterException.Cause.TIMEOUT, message);
            case REFUSED -> new AdapterException.Permanent(AdapterException.Cause.REFUSED, message);
            case UNREACHABLE -> new AdapterException.Transient(AdapterException.Cause.UNREACHABLE, message);
        };
    }
}
