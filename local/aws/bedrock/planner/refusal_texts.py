"""The tools' fixed error sentences, and what each means to a person in both languages. Pure."""

__all__ = ["REFUSALS"]

# What a tool says, from its beginning on; then the same for a person in English and in Japanese.
REFUSALS = (
    # Permission
    (
        r"Not allowed: ",
        "You have not allowed me to read what files contain. Their names and details I can still see.",
        "ファイルの中身を見ることが許可されていません。名前と情報は今までどおり見られます。",
    ),
    (
        r"This agent looks at names and details only\.",
        "I am set up to look at the names and details of files only, not at what they contain.",
        "ここでは、ファイルの名前と情報だけを見る設定になっています。中身は見られません。",
    ),
    (
        r"Google rejected the access token\.",
        "Google no longer accepts your permission. Please connect Google Drive again.",
        "Googleの許可が切れています。もう一度Googleドライブを接続してください。",
    ),
    (
        r"The person has not granted the scope",
        "You have not given all of the permission that this needs. Please connect Google Drive again.",
        "これに必要な許可がまだありません。もう一度Googleドライブを接続してください。",
    ),
    # The file or folder that was meant
    (
        r"There is no \[\d+\] in this conversation",
        "I do not know which file you mean. Please name it.",
        "どのファイルのことかわかりません。名前をお書きください。",
    ),
    (
        r'The person can see no (?P<what>file|folder) called "(?P<name>(?:[^"\\]|\\.)*)"',
        "I see no {what} called “{name}” in your Drive.",
        "「{name}」という名前の{what}は見つかりません。",
    ),
    (
        r"That file has no folder the person can see",
        "That file was shared with you and is in none of your folders.",
        "そのファイルは共有されたもので、あなたのフォルダの中にはありません。",
    ),
    (
        r"That is a folder, which has no text",
        "That is a folder, which has no text to read.",
        "それはフォルダなので、読める文字がありません。",
    ),
    (
        r"That file or folder does not exist any more|That is not the id of a file",
        "That file or folder does not exist any more, or you have no access to it.",
        "そのファイルかフォルダは、もうないか、あなたには見られないものです。",
    ),
    (
        r"The file or folder is empty",
        "I do not know which file or folder you mean. Please name it.",
        "どのファイルやフォルダのことかわかりません。名前をお書きください。",
    ),
    (
        r"That is too long for a file or folder",
        "That is too long for the name of a file or folder.",
        "ファイルやフォルダの名前としては長すぎます。",
    ),
    (
        r"Those are several URLs",
        "Those are several addresses. Please give me one.",
        "アドレスが複数あります。一つだけお書きください。",
    ),
    (r"That URL is broken", "That address is broken.", "そのアドレスは壊れています。"),
    (
        r"That URL does not belong to Google Drive",
        "That address does not belong to Google Drive.",
        "それはGoogleドライブのアドレスではありません。",
    ),
    (
        r"That URL names no file or folder",
        "That address leads to no file or folder of Google Drive.",
        "そのアドレスの先には、Googleドライブのファイルもフォルダもありません。",
    ),
    (
        r"That URL shows ",
        "That address shows a whole page of Google Drive and no single file or folder.",
        "それはGoogleドライブの画面のアドレスで、ファイルやフォルダのものではありません。",
    ),
    (
        r"That is a shortened link",
        "That is a shortened link, which does not tell the file. Please give me the address that it leads to.",
        "短縮されたリンクからは、どのファイルかわかりません。リンク先のアドレスをお書きください。",
    ),
    (
        r"That is the link of a published document",
        (
            "That is the link of a published document or form, which does not tell its file. "
            "Please give me the address at which you edit it."
        ),
        "公開用のリンクからは、どのファイルかわかりません。編集するときのアドレスをお書きください。",
    ),
    (
        r"That is the page of a Google site",
        "That is a page of a Google site, whose address does not tell its file.",
        "それはGoogleサイトのページで、アドレスからはどのファイルかわかりません。",
    ),
    (
        r"That is a (?P<product>Gmail|Google (?:Calendar|Meet|Chat|Photos)|Looker Studio)",
        "That is a {product} link, not a file in Drive.",
        "それはドライブではなく、{product}のリンクです。",
    ),
    (
        r"That is a page of Google's",
        "That is a page of Google's, not a file in Drive.",
        "それはGoogleのページで、ドライブのファイルではありません。",
    ),
    # Lists
    (
        r"There is no such list to go on with|That list is too old",
        "I do not have that list any more. Please ask for it again.",
        "その一覧はもう続けられません。もう一度お尋ねください。",
    ),
    # What was asked for
    (
        r"\w+ holds no letter or digit",
        "Google Drive can only search for words with letters or digits. Please give me other words.",
        "文字か数字を含む言葉でないと、ドライブでは探せません。別の言葉をお書きください。",
    ),
    (
        (
            r"(?:\w+: )?(?:give a day|a date in figures|a season begins|fiscal years differ|say how long|write \"since"
            r"|only whole days|leave it empty|[Oo]nly days from|[\d-]+ is after)|\w+ is (?:too long|empty): "
        ),
        "I cannot tell which days you mean. Please give me the dates.",
        "どの日のことかわかりません。日付をお書きください。",
    ),
    (
        r"\w+ must be |Wrong arguments",
        "I could not make sense of that. Please say it another way.",
        "うまく読み取れませんでした。別の言い方でお願いします。",
    ),
    (r"There is no such tool", "I have no tool for that here.", "ここには、そのための道具がありません。"),
    # Reading
    (
        r"Too many files are being read",
        "I am reading several files already. Please ask for that one again in a moment.",
        "いくつかのファイルを読んでいる途中です。少し待ってから、もう一度お願いします。",
    ),
    (
        r"The file cannot be read: it is damaged",
        "I cannot read that file: it is damaged, or not what it says it is.",
        "そのファイルは壊れているか、種類が違うため、読めません。",
    ),
    (
        r"The file cannot be read: it is protected",
        "I cannot read that file: it is protected by a password.",
        "そのファイルはパスワードで保護されているため、読めません。",
    ),
    (
        r"The file cannot be read: there is no text",
        "There is no text in that file; it may be empty, or a picture such as a scan.",
        "そのファイルには文字がありません。空か、スキャンなどの画像かもしれません。",
    ),
    (
        r"The file cannot be read: there is too much|This is larger than|The file has [^;]+; I read up to",
        "That file is larger than I can read.",
        "そのファイルは大きすぎて、読めません。",
    ),
    (
        r"The file cannot be read: reading it took too long",
        "Reading that file took too long.",
        "そのファイルを読むのに時間がかかりすぎました。",
    ),
    (
        r"It is a folder\.",
        "That is a folder, which has no text to read.",
        "それはフォルダなので、読める文字がありません。",
    ),
    (r"It is a shortcut", "That is a shortcut. Please name the file that it leads to.", "それはショートカットです。"),
    (
        r"It is in the old Office format",
        (
            "That file is in the Office format of before 2007, which I cannot read. "
            "Saved in the present format, or opened as a Google file, I could."
        ),
        "2007年より前の形式のファイルなので、読めません。今の形式で保存すれば読めます。",
    ),
    (
        r"It is a picture, a sound or a video",
        "That is a picture, a sound or a video, which I cannot read as text.",
        "画像、音声、動画なので、文字としては読めません。",
    ),
    (
        r"It is an archive",
        "That is an archive, and I do not look inside those.",
        "アーカイブの中身は読めません。",
    ),
    (
        r"I cannot read this kind of file",
        "I cannot read that kind of file as text.",
        "その種類のファイルは読めません。",
    ),
    (
        r"The content of this file is kept from AI|The owner does not allow downloading",
        "The owner of that file, or an administrator, does not allow me to read what it contains.",
        "オーナーか管理者が、そのファイルの中身を読むことを許可していません。",
    ),
    (
        r"Drive does not give out the content",
        "Google Drive does not hand out what that file contains.",
        "Googleドライブは、そのファイルの中身を渡してくれません。",
    ),
    # Google, and what stands before it
    (
        r"Google's daily limit|This conversation has used up",
        "I have used up what I may ask of Google Drive for now. Please ask again later.",
        "Googleドライブに尋ねられる回数を使い切りました。後でもう一度お試しください。",
    ),
    (
        r"Drive is rate limiting|.*slow down",
        "Google Drive asks us to slow down. Please try again in a minute.",
        "Googleドライブが混み合っています。少し待ってからもう一度お試しください。",
    ),
    (
        r"Google did not confirm the revocation: it still|The vault still holds a grant",
        "Google Drive is still connected: the permission could not be taken back. Please try again.",
        "許可を取り消せず、Googleドライブはまだ接続されたままです。もう一度お試しください。",
    ),
    (
        r"Drive does not sort what a search inside files finds",
        "Google Drive cannot sort what a search inside files finds.",
        "ファイルの中身の検索では、ドライブは並べ替えができません。",
    ),
    (
        r"Drive (?:took too long|does not answer|could not be reached)|Drive's answer|Google did not confirm",
        "Google Drive does not answer right now. Please try again in a minute.",
        "Googleドライブが今は応答しません。少し待ってからもう一度お試しください。",
    ),
    (
        r"Drive refused the request",
        "Google Drive refused this request. An administrator may have to allow it, or your rights to the file do not.",
        "Googleドライブに断られました。管理者の許可か、そのファイルに対する権限が必要かもしれません。",
    ),
    (
        r"Drive rejected the request as invalid",
        "Google Drive did not understand my question. Please say it another way.",
        "Googleドライブに質問が通じませんでした。別の言い方でお願いします。",
    ),
    (
        r"The Runtime sent no workload access token",
        "I cannot tell on whose behalf I am working. Please sign in and ask again.",
        "どなたのご質問かわかりません。サインインしてから、もう一度お尋ねください。",
    ),
    (
        r"AgentCore Identity refused",
        "Google Drive is not set up for this agent. Please tell the person who runs it.",
        "Googleドライブがまだ設定されていません。管理している方にお伝えください。",
    ),
    (
        r"AgentCore Identity does not answer",
        "The service that keeps your Google permission does not answer right now. Please try again in a minute.",
        "Googleの許可を保管するサービスが今は応答しません。少し待ってからもう一度お試しください。",
    ),
    (
        r"The tool failed|[Tt]he tool gave no answer|Error: ",
        "Something went wrong while I was looking at Google Drive. Please try again.",
        "Googleドライブを見ているときに問題が起きました。もう一度お試しください。",
    ),
)
