using System.Text;
using Mercure.Http.Protocol;

namespace Mercure.Http.Hosting;

/// <summary>Short answers for people: a status and a line that helps.</summary>
internal static class PlainText
{
    public static Task AnswerAsync(HttpContext context, int status, string line) =>
        AnswerAsync(context, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>With the body left out for HEAD, and its length told all the same (RFC 9110, section 9.3.2).</summary>
    public static Task AnswerAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        return context.Request.IsHead() ? Task.CompletedTask : response.BodyWriter.WriteAsync(body).AsTask();
    }

    /// <summary>An answer without a body to OPTIONS, a refusal to every other method (RFC 9110, section 15.5.6).</summary>
    public static Task OtherMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        if (!context.Request.IsOptions())
            return AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, $"Method not allowed. {context.Request.Path} takes {allowed}.");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
