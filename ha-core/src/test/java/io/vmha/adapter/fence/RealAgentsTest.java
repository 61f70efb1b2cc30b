package io.vmha.adapter.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.LabScript;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents of Debian's fence-agents of many kinds, for a device that nobody listens at, or without what they need. */
@Tag("lab")
class RealAgentsTest {
    private static final HostId H1 = HostId.of("h1");
    private static final String PASSWORD = "c0rrect-h0rse";

    @BeforeAll
    static void install() {
        // Those that the package recommends, and one that each IPMI agent asks for.
        LabScript.run(
                "packages.sh",
                "/usr/sbin/fence_redfish:fence-agents",
                "snmpget:snmp",
                "ssh:openssh-client",
                "gnutls-cli:gnutls-bin",
                "ipmitool:ipmitool");
    }

    private static FenceAgentDevice device(String agent, Map<String, String> more) {
        FenceAgentDevice.Builder builder = FenceAgentDevice.builder()
                .agent(agent)
                .option("username", "ha-lab")
                .option("power_timeout", "3")
                .option("login_timeout", "3")
                .option("shell_timeout", "3")
                .host(H1, Map.of("ip", "127.0.0.1", "ipport", "1", "plug", "1"))
                .credentials(host -> FenceCredentials.password(PASSWORD.toCharArray()));
        more.forEach(builder::option);
        return builder.build();
    }

    /** By HTTP, SOAP, SSH, SNMP and IPMI; some of them say how they are used when nobody answers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fence_redfish",
                "fence_rhevm",
                "fence_cisco_ucs",
                "fence_vmware_soap",
                "fence_vmware_rest",
                "fence_ilo",
                "fence_virsh",
                "fence_eaton_snmp",
                "fence_ipmilan"
            })
    void aDeviceThatNobodyListensAtIsUnreachableAndNeverRefusedForGood(String agent) {
        FenceAgentDevice device = device(agent, Map.of());

        AdapterException reading = catchThrowableOfType(AdapterException.class, () -> device.powerState(H1, call()));
        assertThat(reading).isInstanceOf(AdapterException.Transient.class).hasMessageNotContaining(PASSWORD);
        assertThat(reading.reason()).isEqualTo(Cause.UNREACHABLE);
        AdapterException fencing = catchThrowableOfType(AdapterException.class, () -> device.fence(H1, call()));
        assertThat(fencing).isNotInstanceOf(AdapterException.Permanent.class).hasMessageNotContaining(PASSWORD);
        assertThat(fencing.reason()).isEqualTo(Cause.UNREACHABLE);
    }

    @ParameterizedTest
    @CsvSource({
        "fence_apc, telnet_path, /no/such/telnet, UNSUPPORTED",
        "fence_amt, amttool_path, /no/such/amttool, UNSUPPORTED",
        "fence_ipmilan, ipmitool_path, /no/such/ipmitool, UNSUPPORTED",
        "fence_lpar, hmc_version, 4, REFUSED"
    })
    void anAgentWithoutAProgramOrAnOptionThatItNeedsIsRefusedForGood(
            String agent, String option, String value, Cause reason) {
        FenceAgentDevice device = device(agent, Map.of(option, value));

        AdapterException reading = catchThrowableOfType(AdapterException.class, () -> device.powerState(H1, call()));
        assertThat(reading).isInstanceOf(AdapterException.Permanent.class);
        assertThat(reading.reason()).isEqualTo(reason);
        assertThat(catchThrowableOfType(AdapterException.class, () -> device.fence(H1, call())))
                .isInstanceOf(AdapterException.Permanent.class);
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(60));
    }
}
