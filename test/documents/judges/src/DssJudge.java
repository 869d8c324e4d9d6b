import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.service.ocsp.OnlineOCSPSource;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.jaxb.XmlSignatureScope;
import eu.europa.esig.dss.simplereport.jaxb.XmlTimestamp;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What DSS, the European Commission's library, says of signed files by its own policy.
 *
 * <p>Arguments: a PEM file with the trusted certificates, files that have to convince by what is in them, and after
 * `--online` files about which OCSP responders may be asked: those below the level LT.
 */
public final class DssJudge {
  private static final String onlineOption = "--online";

  private DssJudge() {}

  public static void main(String[] arguments) throws Exception {
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    TrustedCertificates.in(Path.of(arguments[0]))
        .forEach(certificate -> trusted.addCertificate(new CertificateToken(certificate)));
    boolean online = false;
    for (String argument : Arrays.asList(arguments).subList(1, arguments.length)) {
      if (argument.equals(onlineOption)) {
        online = true;
      } else {
        Verdicts.print(judge(new File(argument), verifier(trusted, online)));
      }
    }
  }

  private static CommonCertificateVerifier verifier(CommonTrustedCertificateSource trusted, boolean online) {
    CommonCertificateVerifier verifier = new CommonCertificateVerifier();
    verifier.addTrustedCertSources(trusted);
    // By default certificates are fetched from the addresses in certificates.
    verifier.setAIASource(null);
    if (online) {
      verifier.setOcspSource(new OnlineOCSPSource());
    }
    return verifier;
  }

  private static Map<String, Object> judge(File file, CommonCertificateVerifier verifier) {
    Map<String, Object> verdict = new LinkedHashMap<>();
    verdict.put("file", file.getName());
    try {
      SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
      validator.setCertificateVerifier(verifier);
      Reports reports = validator.validateDocument();
      List<String> ids = reports.getSimpleReport().getSignatureIdList();
      verdict.put("signatures", ids.stream().map(id -> signature(reports, id)).toList());
    } catch (RuntimeException notReadable) {
      verdict.put("failure", notReadable.toString());
      verdict.put("signatures", List.of());
    }
    return verdict;
  }

  private static Map<String, Object> signature(Reports reports, String id) {
    SimpleReport report = reports.getSimpleReport();
    SignatureWrapper data = reports.getDiagnosticData().getSignatureById(id);
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("format", report.getSignatureFormat(id));
    said.put("indication", report.getIndication(id));
    said.put("subIndication", report.getSubIndication(id));
    said.put("errors", texts(report.getAdESValidationErrors(id)));
    said.put("warnings", texts(report.getAdESValidationWarnings(id)));
    said.put("algorithm", data.getSignatureAlgorithm());
    said.put("files", report.getSignatureScopes(id).stream().map(XmlSignatureScope::getName).toList());
    said.put("timestamps", report.getSignatureTimestamps(id).stream().map(DssJudge::timestamp).toList());
    return said;
  }

  /** A signature can pass although its timestamp does not: it is of a lower level then. */
  private static Map<String, Object> timestamp(XmlTimestamp timestamp) {
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("indication", timestamp.getIndication());
    said.put("subIndication", timestamp.getSubIndication());
    return said;
  }

  private static List<String> texts(List<Message> messages) {
    return messages.stream().map(message -> message.getKey() + ": " + message.getValue()).toList();
  }
}
