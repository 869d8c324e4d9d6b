import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.jaxb.XmlSignatureScope;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.digidoc4j.Configuration;
import org.digidoc4j.Container;
import org.digidoc4j.ContainerOpener;
import org.digidoc4j.ContainerValidationResult;
import org.digidoc4j.DataFile;
import org.digidoc4j.exceptions.DigiDoc4JException;
import org.digidoc4j.impl.asic.tsl.TSLCertificateSourceImpl;

/**
 * What digidoc4j, the Estonian library behind DigiDoc, says of containers. It asks nobody.
 *
 * <p>Arguments: a PEM file with the trusted certificates, the files. It takes a timestamp from a trusted unit only:
 * what a trusted certificate is for it tells from its extended key usage, which a CA of units has not.
 */
public final class DigiDoc4jJudge {
  private DigiDoc4jJudge() {}

  public static void main(String[] arguments) throws Exception {
    TSLCertificateSourceImpl trusted = new TSLCertificateSourceImpl();
    TrustedCertificates.in(Path.of(arguments[0])).forEach(trusted::addTSLCertificate);
    // With trusted certificates of one's own no list of them is downloaded.
    Configuration configuration = new Configuration(Configuration.Mode.TEST);
    configuration.setTSL(trusted);
    for (String file : Arrays.asList(arguments).subList(1, arguments.length)) {
      Verdicts.print(judge(new File(file), configuration));
    }
    // The threads that it judges with stay, and would keep this process.
    System.exit(0);
  }

  private static Map<String, Object> judge(File file, Configuration configuration) {
    Map<String, Object> verdict = new LinkedHashMap<>();
    verdict.put("file", file.getName());
    try {
      Container container = ContainerOpener.open(file.getPath(), configuration);
      ContainerValidationResult result = container.validate();
      verdict.put("valid", result.isValid());
      verdict.put("errors", texts(result.getErrors()));
      verdict.put("warnings", texts(result.getWarnings()));
      verdict.put("files", container.getDataFiles().stream().map(DataFile::getName).toList());
      verdict.put("signatures", result.getSimpleReports().stream().flatMap(
          report -> report.getSignatureIdList().stream().map(id -> signature(report, id))).toList());
    } catch (RuntimeException notReadable) {
      verdict.put("valid", false);
      verdict.put("errors", List.of(notReadable.toString()));
      verdict.put("warnings", List.of());
      verdict.put("files", List.of());
      verdict.put("signatures", List.of());
    }
    return verdict;
  }

  private static Map<String, Object> signature(SimpleReport report, String id) {
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("format", report.getSignatureFormat(id));
    said.put("indication", report.getIndication(id));
    said.put("subIndication", report.getSubIndication(id));
    said.put("files", report.getSignatureScopes(id).stream().map(XmlSignatureScope::getName).toList());
    return said;
  }

  private static List<String> texts(List<DigiDoc4JException> exceptions) {
    return exceptions.stream().map(one -> one.getClass().getSimpleName() + ": " + one.getMessage()).toList();
  }
}
