package io.vmha.group.nemesis;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.leader.Leadership;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What a center sees of the {@link HypervisorServer}: a connection for each call. Thread-safe. */
final class RemoteHypervisor implements HypervisorAdapter, TrafficDirector {
    /** When the lease last let this thread through. A process can stand still between that and its call, which was on the wire then. */
    private final ThreadLocal<Long> permitted = new ThreadLocal<>();

    private final String host;

    RemoteHypervisor(String host) {
        this.host = host;
    }

    /** The leadership as a center is to see it, which notes when it was asked. */
    Leadership noting(Leadership leadership) {
        return () -> {
            long asked = System.nanoTime();
            OptionalLong epoch = leadership.epoch();
            if (epoch.isPresent()) {
                permitted.set(asked);
            }
            return epoch;
        };
    }

    private String ask(CallContext call, boolean mayHaveEffect, String request) {
        Long permit = permitted.get();
        long began = permit == null ? System.nanoTime() : permit;
        try (Socket socket = new Socket()) {
            int millis = (int) call.requireTimeLeft().toMillis();
            socket.connect(new InetSocketAddress(host, HypervisorServer.PORT), millis);
            socket.setSoTimeout(millis);
            PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
            // The process may have stood still since it began to connect.
            Duration unused = call.requireTimeLeft();
            out.println(
                    call.epoch() + " " + call.plan().map(plan -> plan.value()).orElse(0L) + " " + call.step() + " "
                            + began + " " + request);
            String answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (answer != null) {
                return answer;
            }
            throw new IOException("no answer");
        } catch (IOException failed) {
            String why = String.valueOf(failed.getMessage());
            throw mayHaveEffect
                    ? new AdapterException.OutcomeUnknown(AdapterException.Cause.UNREACHABLE, why, failed)
                    : new AdapterException.Transient(AdapterException.Cause.UNREACHABLE, why, failed);
        }
    }

    private void change(CallContext call, String request) {
        String answer;
        try {
            answer = ask(call, true, request);
        } finally {
            // The next effect needs a permit of its own.
            permitted.remove();
        }
        if (!answer.equals("ok")) {
            throw new IllegalStateException(answer);
        }
    }

    @Override
    public String name() {
        return "nemesis";
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.of(Capability.POWER_OFF);
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        Map<String, Boolean> on = new HashMap<>();
        for (String vm : ask(call, false, "list").split(",")) {
            on.put(vm.substring(0, vm.indexOf('=')), vm.endsWith("=1"));
        }
        Inventory seen = Platform.inventory();
        for (VirtualMachine vm : seen.vms()) {
            if (!on.getOrDefault(vm.id().value(), false)) {
                seen = seen.with(vm.withPower(PowerState.OFF));
            }
        }
        return PlatformSnapshot.of(seen);
    }

    @Override
    public PowerState powerState(VmId vm, CallContext call) {
        return PowerState.valueOf(ask(call, false, "power " + vm));
    }

    @Override
    public MachineReading read(VmId vm, CallContext call) {
        VirtualMachine known = Platform.inventory().requireVm(vm);
        return new MachineReading(known.host(), powerState(vm, call), known.allocation(), false, Optional.empty());
    }

    @Override
    public void powerOff(VmId vm, Duration grace, CallContext call) {
        change(call, "off " + vm);
    }

    @Override
    public void powerOn(VmId vm, HostId on, CallContext call) {
        change(call, "on " + vm);
    }

    @Override
    public void route(VmId owner, VmId server, CallContext call) {
        change(call, "route " + owner + " " + server);
    }

    @Override
    public VmId serverOf(VmId owner, CallContext call) {
        return VmId.of(ask(call, false, "server " + owner));
    }

    @Override
    public void reallocate(VmId vm, Resources allocation, CallContext call) {
        throw unsupported();
    }

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {
        throw unsupported();
    }

    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId on, CallContext call) {
        throw unsupported();
    }

    private static AdapterException unsupported() {
        return new AdapterException.Permanent(AdapterException.Cause.UNSUPPORTED, "the nemesis has no such thing");
    }

    @Override
    public void close() {
        // Each call has a connection of its own.
    }
}
