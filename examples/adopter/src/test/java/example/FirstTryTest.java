package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class FirstTryTest {
    @Test
    void theContractTellsWhatIsWrongWithTheFirstTry() {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(FirstTryContract.class))
                                .build(),
                        summary);

        List<String> failed = summary.getSummary().getFailures().stream()
                .map(failure -> failure.getTestIdentifier().getDisplayName())
                .toList();
        assertThat(failed)
                .contains(
                        "aMachineThatSomebodyElsePoweredOffReadsOffAtOnce()",
                        "aMachineThatRunsIsNotStartedOnAnotherHost()")
                .doesNotContain("discoveryTellsTheHostsAndTheMachine()");
    }
}
